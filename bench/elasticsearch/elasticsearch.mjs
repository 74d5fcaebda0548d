// How many documents the server writes for a second of its CPU time: gzip in, bulk to a real OpenSearch out, acknowledged before the answer.
//
//   node bench/elasticsearch/elasticsearch.mjs [--seconds 10] [--out bench/results/elasticsearch.json]
//
// Needs Java and Maven, as conformance/search-node does. The node shares the machine and takes most of it, so beside it, in the same run, the server
// writes to a sink that takes everything at once. CPU time is the processes' own, from /proc; the node's documents are counted at the end.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { SearchNode } from "../../conformance/elasticsearch/search-node.mjs";
import { settled } from "../../conformance/elasticsearch/settled.mjs";
import { CASES, MeasuredProcess, writeResults } from "../measured-process.mjs";
import { machine } from "../page.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { values: flags } = parseArgs({
  options: {
    seconds: { type: "string", default: "10" },
    out: { type: "string", default: here("../results/elasticsearch.json") },
  },
});
const seconds = Number(flags.seconds);

let runs = 0;
let acknowledged = 0;

async function load(server, connections, metricsets, forSeconds) {
  const result = await server.load(connections, metricsets, forSeconds, ++runs);
  acknowledged += result.requests * metricsets;
  return result;
}

async function measure(server, node, connections, metricsets) {
  await load(server, connections, metricsets, Math.max(3, seconds / 2));
  await settled(server);
  const before = [server.cpuSeconds, node.cpuSeconds];
  const result = await load(server, connections, metricsets, seconds);
  await settled(server);
  const [cpu, nodeCpu] = [server.cpuSeconds - before[0], node.cpuSeconds - before[1]];
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
    rssMib: server.memoryMib("VmRSS"),
  };
}

/** The server in front of this node, in all cases. `measured`: the node's own process. */
async function series(node, measured) {
  const directory = mkdtempSync(join(tmpdir(), "tidegauge-bench-"));
  const where = ["--data-dir", directory, "--output", "elasticsearch", "--elasticsearch-url", node.url];
  const server = await MeasuredProcess.serve(where);
  const rssIdleMib = server.memoryMib("VmRSS");
  const cases = [];
  for (const [connections, metricsets] of CASES) cases.push(await measure(server, measured, connections, metricsets));
  const rssPeakMib = server.memoryMib("VmHWM");
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
  return { rssIdleMib, rssPeakMib, cases };
}

const results = { what: "elasticsearch", ...machine() };

const opensearch = await SearchNode.start("opensearch");
try {
  results.opensearch = await series(opensearch, new MeasuredProcess(opensearch.child, opensearch.url));
  results.opensearch.documentsAcknowledged = acknowledged;
  results.opensearch.documentsFound = await opensearch.count();
  const { _all } = await opensearch.ask("metrics-apm.*/_stats/store");
  results.opensearch.bytesADocument = Math.round(
    _all.primaries.store.size_in_bytes / results.opensearch.documentsFound,
  );
} finally {
  await opensearch.remove();
}

const sink = await MeasuredProcess.start(here("sink.mjs"));
results.sink = await series(sink, sink);
await sink.stop();

// Measured elsewhere on the same kind of machine (2 shared cores): a real APM Server, gzip in, Elasticsearch bulk out, not durable before its answer.
results.realApmServer = { documentsPerCpuSecond: [17_000, 20_000], rssIdleMib: 39 };
writeResults(flags.out, results);
for (const name of ["opensearch", "sink"]) {
  const { cases, ...rest } = results[name];
  console.log(name, rest);
  console.table(cases);
}
