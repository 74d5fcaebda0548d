"""Runs programs (a JSON list on standard input) through the Python agent's own metric sets and prints what each of them
queued, as a JSON list of lists of collections."""

import json
import logging
import sys

import prometheus_client
from elasticapm.conf.__init__ import starmatch_to_regex
from elasticapm.metrics.base_metrics import MetricSet, MetricsRegistry, SpanBoundMetricSet
from elasticapm.metrics.sets.prometheus import PrometheusMetrics

logging.disable(logging.CRITICAL)


class Config:
    is_recording = True
    prometheus_metrics_prefix = "prometheus.metrics."

    def __init__(self, disabled):
        self.disable_metrics = [starmatch_to_regex(pattern) for pattern in disabled]


class Client:
    """What a registry needs of a client: its configuration, and a queue."""

    def __init__(self, disabled):
        self.config = Config(disabled)
        self.queued = []

    def queue(self, event_type, data):
        # Serialized at once: the agent goes on using the objects.
        self.queued.append(json.loads(json.dumps(data)))


def run_prometheus(steps, registry, instruments):
    for step in steps:
        kind, name, names = step["kind"], step["name"], step["names"]
        key = (kind, name)
        if key not in instruments:
            extra = {"buckets": step["buckets"]} if kind == "histogram" else {}
            maker = {
                "counter": prometheus_client.Counter,
                "gauge": prometheus_client.Gauge,
                "summary": prometheus_client.Summary,
                "histogram": prometheus_client.Histogram,
            }[kind]
            instruments[key] = maker(name, "help", names, registry=registry, **extra)
        instrument = instruments[key]
        if names:
            instrument = instrument.labels(*step["values"])
        {"counter": "inc", "gauge": "set", "summary": "observe", "histogram": "observe"}[kind]
        getattr(instrument, {"counter": "inc", "gauge": "set"}.get(kind, "observe"))(step["value"])


def run(program):
    client = Client(program.get("disable", []))
    registry = MetricsRegistry(client)
    sets = {"base": registry.register(MetricSet), "span": registry.register(SpanBoundMetricSet)}
    prometheus_registry = None
    if program.get("prometheus"):
        prometheus_registry = prometheus_client.CollectorRegistry()
        registry.register(PrometheusMetrics)._prometheus_registry = prometheus_registry
    instruments = {}
    collections = []
    for step in program["steps"]:
        op = step["op"]
        if op == "collect":
            client.queued = []
            registry.collect()
            collections.append(client.queued)
            continue
        if op == "prometheus":
            run_prometheus([step], prometheus_registry, instruments)
            continue
        options = {}
        if step.get("reset"):
            options["reset_on_collect"] = True
        if op == "timer" and step.get("unit"):
            options["unit"] = step["unit"]
        if op == "histogram" and step.get("buckets"):
            options["buckets"] = list(step["buckets"])
        metric = getattr(sets[step.get("set", "base")], op)(step["name"], **options, **step.get("labels", {}))
        call = step["call"]
        if call == "val":
            metric.val = tuple(step["args"]) if op == "timer" else step["args"][0]
        else:
            getattr(metric, call)(*step["args"])
    return collections


print(json.dumps([run(program) for program in json.load(sys.stdin)]))
