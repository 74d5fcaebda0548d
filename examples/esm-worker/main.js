// Derives 400 keys on four threads. The main thread hands out the work and knows how much is left.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { getClient, MetricSet } from "@tidegauge/agent";

const THREADS = 4;
const passwords = Array.from({ length: 400 }, (_, n) => `password ${n}`);

const client = getClient();
client.metrics.register(MetricSet).observe("keys.waiting", () => passwords.length);

async function runThread(name) {
  // A thread inherits `--import` and so has an agent of its own: each has its own heap and event loop to measure.
  const worker = new Worker(new URL("worker.js", import.meta.url), { workerData: { name } });
  // A thread asks by any message; without an answer left it is asked to end.
  worker.on("message", () => worker.postMessage(passwords.pop() ?? null));
  const [code] = await once(worker, "exit");
  if (code !== 0) throw new Error(`${name} ended with ${code}`);
}

await Promise.all(Array.from({ length: THREADS }, (_, n) => runThread(`thread-${n + 1}`)));
await client.close();
console.log("400 keys derived");
