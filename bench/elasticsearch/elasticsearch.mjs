// How many documents the server writes for a second of its CPU time: gzip in, bulk to a real OpenSearch out, acknowledged before the answer.
//
//   node bench/elasticsearch/elasticsearch.mjs [--seconds 10] [--out bench/results/elasticsearch.json]
//
// Needs Java and Maven, as conformance/search-node does. The node shares the machine and takes most of it, so beside it, in the same run, the server
// writes to a sink that takes everything at once. CPU time is the processes' own, from /proc; the node's documents are counted at the end.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { SearchNode } from "../../conformance/elasticsearch/search-node.mjs";
import { settled } from "../../conformance/elasticsearch/settled.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { values: flags } = parseArgs({
  options: {
    seconds: { type: "string", default: "10" },
    out: { type: "string", default: here("../results/elasticsearch.json") },
  },
});
const seconds = Number(flags.seconds);
const CLOCK_TICK_MS = 10;

/** `[connections, metricsets a request]`, those of bench/receiving. */
const CASES = [
  [4, 24],
  [64, 24],
  [4, 240],
  [64, 240],
];

async function start(command, args) {
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TIDEGAUGE_LOG_LEVEL: "warn" },
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^listening on (http\S+)$/.exec(line)?.[1];
    if (url !== undefined) return { child, url };
  }
  throw new Error(`${args.join(" ")} did not start`);
}

function stop({ child }) {
  child.kill("SIGTERM");
  return new Promise((resolve) => child.once("exit", resolve));
}

function cpuMs({ child }) {
  const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * CLOCK_TICK_MS;
}

function memoryMib({ child }, field) {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  return Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)[1]) / 1024);
}

let runs = 0;
let acknowledged = 0;

async function load(server, connections, metricsets, forSeconds) {
  const child = spawn(
    process.execPath,
    [here("../receiving/load.mjs"), server.url, connections, metricsets, forSeconds, ++runs],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  await new Promise((resolve) => child.once("exit", resolve));
  const result = JSON.parse(text);
  acknowledged += result.requests * metricsets;
  return result;
}

async function measure(server, node, connections, metricsets) {
  await load(server, connections, metricsets, Math.max(3, seconds / 2));
  await settled(server);
  const before = [cpuMs(server), cpuMs(node)];
  const result = await load(server, connections, metricsets, seconds);
  await settled(server);
  const [cpu, nodeCpu] = [(cpuMs(server) - before[0]) / 1000, (cpuMs(node) - before[1]) / 1000];
  const documents = result.requests * metricsets;
  return {
    connections,
    metricsetsARequest: metricsets,
    requests: result.requests,
    failed: result.failed,
    documentsPerCpuSecond: Math.round(documents / cpu),
    documentsPerCpuSecondOfTheNode: Math.round(documents / nodeCpu),
    documentsPerSecond: Math.round(documents / seconds),
    plainMegabytesPerCpuSecond: Math.round((result.requests * result.plainBytes) / cpu / 1e5) / 10,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    rssMib: memoryMib(server, "VmRSS"),
  };
}

/** The server in front of this node, in all cases. */
async function series(node) {
  const directory = mkdtempSync(join(tmpdir(), "tidegauge-bench-"));
  const where = ["--data-dir", directory, "--output", "elasticsearch", "--elasticsearch-url", node.url];
  const server = await start(process.execPath, [
    ...[here("../../packages/cli/bin/tidegauge.js"), "serve", "--port", "0", ...where],
  ]);
  const rssIdleMib = memoryMib(server, "VmRSS");
  const cases = [];
  for (const [connections, metricsets] of CASES) cases.push(await measure(server, node, connections, metricsets));
  const rssPeakMib = memoryMib(server, "VmHWM");
  await stop(server);
  rmSync(directory, { recursive: true, force: true });
  return { rssIdleMib, rssPeakMib, cases };
}

const results = {
  what: "elasticsearch",
  date: new Date().toISOString(),
  node: process.version,
  cpu: cpus()[0]?.model,
  cores: cpus().length,
};

const opensearch = await SearchNode.start("opensearch");
try {
  results.opensearch = await series(opensearch);
  results.opensearch.documentsAcknowledged = acknowledged;
  results.opensearch.documentsFound = await opensearch.count();
  const { _all } = await opensearch.ask("metrics-apm.*/_stats/store");
  results.opensearch.bytesADocument = Math.round(
    _all.primaries.store.size_in_bytes / results.opensearch.documentsFound,
  );
} finally {
  await opensearch.remove();
}

const sink = await start(process.execPath, [here("sink.mjs")]);
results.sink = await series(sink);
await stop(sink);

// Measured elsewhere on the same kind of machine (2 shared cores): a real APM Server, gzip in, Elasticsearch bulk out, not durable before its answer.
results.realApmServer = { documentsPerCpuSecond: [17_000, 20_000], rssIdleMib: 39 };
mkdirSync(dirname(flags.out), { recursive: true });
writeFileSync(flags.out, `${JSON.stringify(results, undefined, 2)}\n`);
for (const name of ["opensearch", "sink"]) {
  const { cases, ...rest } = results[name];
  console.log(name, rest);
  console.table(cases);
}
