// An application under test: counts, and tells at its very end how much, and where the agent says that it is.
//   node agent-process.mjs LEDGER SEED       (SERVER and SPOOL in the environment)
// By message it ends in the way asked for; "quiesce" prepares for a SIGKILL from outside.

import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Random } from "./random.mjs";

const { Client, MetricSet } = createRequire(import.meta.url)("../../packages/agent/dist/index.js");
const [ledger, seed] = process.argv.slice(2);
const random = new Random(Number(seed));

const client = new Client({
  serviceName: "faults",
  serverUrl: process.env.SERVER,
  spoolDir: process.env.SPOOL,
  metricsInterval: "1s",
  apiRequestTime: "1s",
  serverTimeout: process.env.SERVER_TIMEOUT ?? "500ms",
  metricsSets: [],
  breakdownMetrics: false,
  transactionMetrics: false,
  agentHealthMetrics: false,
  centralConfig: false,
  cloudProvider: "none",
  logLevel: "warning",
  logFile: `${ledger}.log`,
});
const metricset = client.metrics.register(MetricSet);
const counters = ["a", "b", "c"].map((kind) => metricset.counter("faults.count", { kind }, { resetOnCollect: true }));
let total = 0;
const timer = setInterval(() => {
  const amount = random.between(1, 1000);
  random.pick(counters).inc(amount);
  total += amount;
}, 5);

// After the agent's own listener: these are its last words.
process.on("exit", () => writeFileSync(ledger, JSON.stringify({ total, stats: client.stats() })));

process.on("message", async (order) => {
  if (order === "exit") process.exit(0);
  if (order === "throw") throw new Error("as asked for");
  if (order === "SIGTERM") {
    // No exit event follows a signal: these are its last words, and the agent has yet to collect, send or spool.
    clearInterval(timer);
    writeFileSync(ledger, JSON.stringify({ total }));
    process.kill(process.pid, "SIGTERM");
  }
  if (order === "end") {
    clearInterval(timer);
    process.disconnect();
  }
  if (order === "drain") {
    // The last one of all: it ends when nothing is left, in memory or on disk.
    clearInterval(timer);
    await client.collect();
    while (client.stats().queued + client.stats().spooled > 0) {
      await client.flush().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    process.disconnect();
  }
  if (order === "quiesce") {
    // Nothing may be in memory when SIGKILL comes: what is on disk or at the server is what must survive.
    clearInterval(timer);
    await client.collect();
    while (client.stats().queued > 0) await client.flush().catch(() => {});
    writeFileSync(ledger, JSON.stringify({ total, stats: client.stats() }));
    process.send("quiet");
  }
});
process.send("ready");
