import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "@tidegauge/agent";
import { Queue } from "./queue.js";
import { QueueMetricSet } from "./queue-metric-set.js";

const client = new Client();
const metrics = client.metrics.register(QueueMetricSet);
const queue = new Queue(metrics);
metrics.queue = queue;

for (let n = 0; n < 30; n++) queue.push({ kind: "mail", run: () => sleep(1) });
for (let n = 0; n < 10; n++) {
  queue.push({ kind: "invoice", run: () => (n < 2 ? Promise.reject(new Error("no address")) : sleep(2)) });
}
await client.collect(); // while they wait: 40
await queue.drain();
await client.close();
console.log("40 jobs, 2 of them failed");
