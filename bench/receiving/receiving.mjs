// How many metricsets the server takes in for a second of its CPU time: gzip in, durable in the store before the answer.
//
//   node bench/receiving/receiving.mjs [--seconds 8] [--out bench/results/receiving.json]
//
// Beside it, in the same run, the floor of Node: a bare node:http server that unpacks, splits and parses the same bodies and
// answers 202 without keeping anything. Load comes from a process of its own. CPU time is the process's own, from /proc.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CASES, MeasuredProcess, writeResults } from "../measured-process.mjs";
import { machine } from "../page.mjs";
import { commitCost } from "./commit.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { values: flags } = parseArgs({
  options: {
    seconds: { type: "string", default: "8" },
    out: { type: "string", default: here("../results/receiving.json") },
  },
});
const seconds = Number(flags.seconds);
/** Samples of a metricset of the load. */
const SAMPLES = 6;

async function measure(server, connections, metricsets) {
  await server.load(connections, metricsets, Math.max(3, seconds / 2));
  const before = server.cpuSeconds;
  const result = await server.load(connections, metricsets, seconds);
  const cpu = server.cpuSeconds - before;
  return {
    connections,
    metricsetsARequest: metricsets,
    requests: result.requests,
    failed: result.failed,
    metricsetsPerCpuSecond: Math.round((result.requests * metricsets) / cpu),
    plainMegabytesPerCpuSecond: Math.round((result.requests * result.plainBytes) / cpu / 1e5) / 10,
    cpuMicrosecondsARequest: Math.round((cpu * 1e6) / result.requests),
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    rssMib: server.memoryMib("VmRSS"),
  };
}

const results = { what: "receiving", ...machine() };
const directory = mkdtempSync(join(tmpdir(), "tidegauge-bench-"));
try {
  const tidegauge = await MeasuredProcess.serve(["--data-dir", directory, "--retention", "0"]);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  results.rssIdleMib = tidegauge.memoryMib("VmRSS");
  results.tidegauge = [];
  for (const [connections, metricsets] of CASES)
    results.tidegauge.push(await measure(tidegauge, connections, metricsets));
  results.rssPeakMib = tidegauge.memoryMib("VmHWM");
  await tidegauge.stop();

  const floor = await MeasuredProcess.start(here("floor.mjs"));
  results.floor = [];
  for (const [connections, metricsets] of CASES) results.floor.push(await measure(floor, connections, metricsets));
  await floor.stop();
} finally {
  rmSync(directory, { recursive: true, force: true });
}
results.commit = { unit: "µs of CPU", ...(await commitCost(CASES[0][0] * CASES[0][1] * SAMPLES)) };
// Measured elsewhere on the same kind of machine (2 shared cores): a real APM Server, gzip in, Elasticsearch bulk out, not durable before its answer.
results.realApmServer = { metricsetsPerCpuSecond: [17_000, 20_000], rssIdleMib: 39 };
writeResults(flags.out, results);
for (const name of ["tidegauge", "floor"]) {
  console.log(name);
  console.table(results[name]);
}
console.log("a small commit", results.commit);
console.log(`RSS idle ${results.rssIdleMib} MiB, peak ${results.rssPeakMib} MiB`);
