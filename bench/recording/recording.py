"""Nanoseconds of CPU for one operation of the Python agent and of prometheus_client; printed as JSON."""

import json
import time

import prometheus_client
from elasticapm.metrics.base_metrics import MetricSet

METHODS = ["GET", "PUT", "POST", "DELETE"]
BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200, 500]


class Registry:
    ignore_patterns = []


def measure(operation, count=50_000):
    best = float("inf")
    for _ in range(7):
        began = time.process_time_ns()
        for index in range(count):
            operation(index)
        best = min(best, (time.process_time_ns() - began) / count)
    return round(best)


metrics = MetricSet(Registry())
registry = prometheus_client.CollectorRegistry()
counter = prometheus_client.Counter("counter", "h", registry=registry)
labelled = prometheus_client.Counter("labelled", "h", ["method", "status"], registry=registry)
histogram = prometheus_client.Histogram("histogram", "h", buckets=BUCKETS, registry=registry)

print(
    json.dumps(
        {
            "Python agent": {
                "counter": measure(lambda i: metrics.counter("c").inc()),
                "counter, 2 labels": measure(lambda i: metrics.counter("c", method=METHODS[i & 3], status="200").inc()),
                "histogram, 10 buckets": measure(lambda i: metrics.histogram("h", buckets=BUCKETS).update(i & 511)),
                "histogram, 2 labels": measure(
                    lambda i: metrics.histogram("h", buckets=BUCKETS, method=METHODS[i & 3], status="200").update(i & 511)
                ),
            },
            "prometheus_client (Python)": {
                "counter": measure(lambda i: counter.inc()),
                "counter, 2 label values": measure(lambda i: labelled.labels(METHODS[i & 3], "200").inc()),
                "histogram, 10 buckets": measure(lambda i: histogram.observe(i & 511)),
            },
        }
    )
)
