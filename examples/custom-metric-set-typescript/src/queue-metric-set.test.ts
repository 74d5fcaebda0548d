// A metric set is a class like any other: tested with a client that sends nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "@tidegauge/agent";
import { RecordingTransport } from "@tidegauge/agent/testing";
import { QueueMetricSet } from "./queue-metric-set.js";

test("counts jobs by kind and outcome", async () => {
  const transport = new RecordingTransport();
  const client = new Client({ start: false, transport, metricsSets: [] });
  const metrics = client.metrics.register(QueueMetricSet);
  metrics.finished("mail", "done", 3);
  metrics.finished("mail", "done", 4);
  metrics.finished("invoice", "failed", 5);
  await client.collect();
  const jobs = transport.metricsets.filter(({ samples }) => samples["queue.jobs"] !== undefined);
  assert.deepEqual(
    jobs.map(({ tags, samples }) => [tags, samples["queue.jobs"]?.value]),
    [
      [{ kind: "mail", outcome: "done" }, 2],
      [{ kind: "invoice", outcome: "failed" }, 1],
    ],
  );
});
