// What the embedded store costs: CPU a point, bytes a point, three queries with and without ingest, the time to a
// durable answer with eight readers, memory. Writes bench/results/storing.json.
//   node bench/storing/storing.mjs [--points 10000000]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openStore } from "../../packages/server/dist/store/index.js";
import { writeResults } from "../measured-process.mjs";
import { machine } from "../page.mjs";

const { values: flags } = parseArgs({ options: { points: { type: "string", default: "10000000" } } });
const SERVICES = 50;
const NODES = 2;
const METRICS = 12;
const INTERVAL_MS = 10_000;
const DAY_MS = 86_400_000;
const PROCESSES = SERVICES * NODES;
const steps = Math.round(Number(flags.points) / (PROCESSES * METRICS));
const startMs = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS;
const endMs = startMs + steps * INTERVAL_MS;

const metadataOf = (process) => ({
  service: {
    name: `service-${Math.floor(process / NODES)}`,
    environment: "prod",
    agent: { name: "nodejs", version: "1", ephemeral_id: `process-${process}` },
    node: { configured_name: `node-${process % NODES}` },
  },
  system: { detected_hostname: `host-${process % 7}` },
});
const metadata = Array.from({ length: PROCESSES }, (_, process) => metadataOf(process));

/** Values like those of real gauges and counters: a level that wanders, a fraction, a total. */
const levels = new Float64Array(PROCESSES * METRICS).map((_, index) => 1000 + index);
function batch(process, step) {
  const samples = {};
  for (let metric = 0; metric < METRICS; metric++) {
    const at = process * METRICS + metric;
    if (metric % 3 === 0) levels[at] += Math.round((Math.random() - 0.5) * 20);
    else if (metric % 3 === 1) levels[at] += Math.floor(Math.random() * 50);
    else levels[at] = Math.round(Math.random() * 10_000) / 10_000;
    samples[`metric.${metric}`] = metric % 3 === 1 ? { value: levels[at] } : { value: levels[at], type: "gauge" };
  }
  const timestamp = (startMs + step * INTERVAL_MS + process * 7) * 1000;
  return {
    batchId: `process-${process}:${step + 1}`,
    receivedAtMs: Date.now(),
    fromTidegauge: true,
    clientAddress: undefined,
    metadata: metadata[process],
    metricsets: [{ samples, timestamp }],
    lines: [1],
  };
}

const scan = (request) => ({
  service: undefined,
  environment: undefined,
  node: undefined,
  filters: [],
  groupBy: [],
  limit: undefined,
  aggregation: "avg",
  ...request,
});
const day = { fromMs: startMs, toMs: startMs + DAY_MS, stepMs: 300_000 };
const QUERIES = {
  "q1: one metric of one service, 15 min": scan({
    metric: "metric.0",
    service: "service-7",
    fromMs: endMs - 900_000,
    toMs: endMs,
    stepMs: 10_000,
  }),
  "q2: one metric, 24 h, by node": scan({ metric: "metric.0", ...day, groupBy: ["service.node.name"] }),
  "q3: top 10 of 50 services, 24 h": scan({ metric: "metric.0", ...day, groupBy: ["service.name"], limit: 10 }),
  "q4: rate of a counter, 24 h, by service": scan({
    metric: "metric.1",
    ...day,
    groupBy: ["service.name"],
    aggregation: "rate",
  }),
};

const sorted = (values) => [...values].sort((a, b) => a - b);
const quantile = (values, q) => sorted(values)[Math.min(values.length - 1, Math.floor(values.length * q))];
const round = (value, digits = 2) => Number(value.toFixed(digits));
const rssMb = () => round(process.memoryUsage.rss() / 1e6, 0);

async function timeQueries(store, repeats = 15) {
  const times = {};
  for (const [name, request] of Object.entries(QUERIES)) {
    const each = [];
    const cpu = process.cpuUsage();
    for (let index = 0; index < repeats; index++) {
      const began = performance.now();
      await store.scan(request);
      each.push(performance.now() - began);
    }
    const used = process.cpuUsage(cpu);
    // Of the whole process: with concurrent ingest it is not the query's alone.
    const cpuMs = round((used.user + used.system) / 1000 / repeats);
    times[name] = { minMs: round(Math.min(...each)), medianMs: round(quantile(each, 0.5)), cpuMs };
  }
  return times;
}

/** Batches written after the load, for ids that never repeat. */
let written = 0;

/** Writes batches, `parallel` at a time, until told to stop; gives the time each took to be durable. */
function keepWriting(store, parallel, pauseMs) {
  let stopped = false;
  const times = [];
  const writer = async () => {
    while (!stopped) {
      const number = written++;
      const began = performance.now();
      await store.write(batch(number % PROCESSES, steps + Math.floor(number / PROCESSES)));
      times.push(performance.now() - began);
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  const running = Array.from({ length: parallel }, writer);
  return async () => {
    stopped = true;
    await Promise.all(running);
    return times;
  };
}

const dataDir = mkdtempSync(join(tmpdir(), "tidegauge-bench-"));
let store = await openStore({ dataDir, retentionMs: 0, maxSizeBytes: 0, maintenanceMs: 0 });
const result = {
  // With the load: times say little on a machine that has other things to do.
  what: "storing",
  ...machine(),
  points: steps * PROCESSES * METRICS,
  series: PROCESSES * METRICS,
};
try {
  result.idleRssMb = rssMb();
  const cpu = process.cpuUsage();
  const began = performance.now();
  let generating = 0;
  for (let step = 0; step < steps; step += 2) {
    const started = process.cpuUsage();
    const batches = [];
    for (let at = step; at < Math.min(step + 2, steps); at++)
      for (let process = 0; process < PROCESSES; process++) batches.push(batch(process, at));
    const used = process.cpuUsage(started);
    generating += used.user + used.system;
    await Promise.all(batches.map((each) => store.write(each)));
  }
  const used = process.cpuUsage(cpu);
  result.ingest = {
    cpuUsAPoint: round((used.user + used.system - generating) / result.points, 3),
    pointsASecond: Math.round(result.points / ((performance.now() - began) / 1000)),
    rssMb: rssMb(),
  };
  const before = await store.summary();
  const compacting = performance.now();
  const cpuBefore = process.cpuUsage();
  await store.maintain();
  const cpuOfCompaction = process.cpuUsage(cpuBefore);
  await store.close();
  store = await openStore({ dataDir, retentionMs: 0, maxSizeBytes: 0, maintenanceMs: 0 });
  await store.maintain();
  const after = await store.summary();
  result.bytesAPoint = {
    inOrderOfArrival: round(before.sizeBytes / before.points),
    sorted: round(after.sizeBytes / after.points),
  };
  result.compaction = {
    ms: Math.round(performance.now() - compacting),
    cpuMs: Math.round((cpuOfCompaction.user + cpuOfCompaction.system) / 1000),
    rssMb: rssMb(),
  };
  result.queries = await timeQueries(store);
  const stopIngest = keepWriting(store, 20, 10);
  result.queriesDuringIngest = await timeQueries(store);
  await stopIngest();
  const alone = keepWriting(store, 20, 5);
  await new Promise((resolve) => setTimeout(resolve, 4000));
  const aloneTimes = await alone();
  const read = keepWriting(store, 20, 5);
  let reading = true;
  const readers = Array.from({ length: 8 }, async () => {
    while (reading) await store.scan(QUERIES["q2: one metric, 24 h, by node"]);
  });
  await new Promise((resolve) => setTimeout(resolve, 6000));
  reading = false;
  await Promise.all(readers);
  const readTimes = await read();
  const latency = (times) => ({
    medianMs: round(quantile(times, 0.5)),
    p99Ms: round(quantile(times, 0.99)),
    writes: times.length,
  });
  result.durableAnswer = { alone: latency(aloneTimes), with8Readers: latency(readTimes) };
  result.rssMb = rssMb();
  result.victoriaMetrics = "not measured: no binary on this machine";
} finally {
  await store.close();
  rmSync(dataDir, { recursive: true, force: true });
}
console.log(JSON.stringify(result, undefined, 2));
writeResults(fileURLToPath(new URL("../results/storing.json", import.meta.url)), result);
