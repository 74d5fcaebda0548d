import { pbkdf2Sync } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { getClient, MetricSet } from "@tidegauge/agent";

const client = getClient();
const metrics = client.metrics.register(MetricSet);
// Held, not looked up each time: a write to a held series is one addition.
const derived = metrics.counter("keys.derived", { thread: workerData.name });

parentPort.on("message", async (password) => {
  if (password === null) {
    // A thread that ends cannot send any more, so it says goodbye to the server before.
    await client.close();
    return parentPort.close();
  }
  client.withTransaction("derive key", "job", () => pbkdf2Sync(password, "salt", 5000, 32, "sha256"));
  derived.inc();
  parentPort.postMessage("next");
});
parentPort.postMessage("first");
