"""An application with elastic-apm for Python: one custom gauge, and a transaction with a span twice a second.

It says on its standard output whether the transaction was sampled, and ends when its standard input does."""
import json
import sys
import threading

import elasticapm
from elasticapm.metrics.base_metrics import MetricSet


class QueueMetricSet(MetricSet):
    def before_collect(self):
        self.gauge("conformance.queue", region="eu").val = 42.5


def main():
    client = elasticapm.Client(
        metrics_interval="1s",
        api_request_time="1s",
        cloud_provider="none",
        metrics_sets=[
            "elasticapm.metrics.sets.cpu.CPUMetricSet",
            "elasticapm.metrics.sets.breakdown.BreakdownMetricSet",
            "app.QueueMetricSet",
        ],
    )
    elasticapm.instrumentation.control.instrument()
    ended = threading.Event()

    def wait_for_end():
        sys.stdin.read()
        ended.set()

    threading.Thread(target=wait_for_end, daemon=True).start()
    while not ended.wait(0.5):
        transaction = client.begin_transaction("request")
        with elasticapm.capture_span("SELECT", "db.postgresql.query"):
            ended.wait(0.02)
        print(json.dumps({"sampled": transaction.is_sampled}), flush=True)
        client.end_transaction("GET /orders", "success")
    client.close()


if __name__ == "__main__":
    main()
