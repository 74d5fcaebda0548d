// What the browser tests of the heat map look at: histograms whose every count is known, and processes that restart.
import { readFileSync } from "node:fs";

/** The bucket values of the metric, in milliseconds: each twice the one before, and the last far away from them. */
export const VALUES = [0, 1, 2, 4, 8, 16, 512];
const STEP_MS = 10_000;
const STEPS = 60;

/** The count of a bucket in a step, of each of the two nodes. */
export const countAt = (step, row) => (row === 6 ? (step % 5 === 0 ? 1 : 0) : (step * 7 + row * 3) % 10);

/** The metadata lines of Elastic's own agents as they were recorded, with another process. */
function recordedMetadata(agent, file) {
  const path = new URL(`../golden/requests/${agent}/${file}.ndjson`, import.meta.url);
  return JSON.parse(readFileSync(path, "utf8").split("\n")[0]).metadata;
}
const NODE_AGENT = recordedMetadata("node-agent", "003");
const PYTHON_AGENT = recordedMetadata("python-agent", "003");

/** Fills a server. Returns the window of the data, `[fromMs, toMs)`, and when its processes restarted. */
export async function fill(url) {
  const toMs = Math.floor(Date.now() / STEP_MS) * STEP_MS;
  const fromMs = toMs - STEPS * STEP_MS;
  const timeOf = (step) => (fromMs + step * STEP_MS) * 1000;
  const steps = (from, to) => Array.from({ length: to - from }, (_, index) => from + index);
  for (const node of ["web-1", "web-2"]) {
    const lines = steps(0, STEPS).map((step) => ({
      metricset: {
        timestamp: timeOf(step),
        samples: {
          "wait.ms": {
            type: "histogram",
            temporality: "delta",
            values: VALUES,
            counts: VALUES.map((_, row) => countAt(step, row)),
          },
          depth: { type: "gauge", value: step },
        },
        tags: { pool: node === "web-1" ? "a" : "b" },
      },
    }));
    const durations = steps(0, STEPS).map((step) => ({
      metricset: {
        timestamp: timeOf(step),
        samples: {
          "transaction.duration.us": {
            type: "histogram",
            temporality: "delta",
            values: [1000, 2000, 4000, 256_000],
            counts: [5, 20, 5, 2],
          },
        },
        tags: { transaction_name: "GET /", transaction_type: "request", event_outcome: "success" },
      },
    }));
    await send(url, ownMetadata("shop", node, `${node}-first`), [...lines, ...durations]);
  }
  const gauges = (from, to) =>
    steps(from, to).map((step) => ({
      metricset: { timestamp: timeOf(step), samples: { "system.process.memory.rss.bytes": { value: 1e8 } } },
    }));
  const restarts = { node: fromMs + 20 * STEP_MS, python: fromMs + 30 * STEP_MS, own: fromMs + 40 * STEP_MS };
  await restarted(url, gauges, 20, (pid) => withProcess(NODE_AGENT, "of-elastic-node", pid));
  await restarted(url, gauges, 30, (pid) => withProcess(PYTHON_AGENT, "of-elastic-python", pid));
  await restarted(url, gauges, 40, (pid) => ownMetadata("of-tidegauge", "web-1", `process-${pid}`));
  // A new version beside the old one: on a node of its own it is no restart.
  await send(url, ofVersion("web-1", "1.0"), gauges(0, STEPS));
  await send(url, ofVersion("web-2", "1.1"), gauges(30, STEPS));
  await send(url, ownMetadata("once", "web-1", "once"), gauges(30, 31));
  return { fromMs, toMs, restarts, versionMs: fromMs + 30 * STEP_MS };
}

/** Reports of a process until `step`, and from then on of the one in its place. */
async function restarted(url, gauges, step, metadata) {
  await send(url, metadata(100), gauges(0, step));
  await send(url, metadata(101), gauges(step, STEPS));
}

function withProcess(metadata, name, pid) {
  return { ...metadata, service: { ...metadata.service, name }, process: { ...metadata.process, pid } };
}

function ofVersion(node, version) {
  const metadata = ownMetadata("deployed", node, node);
  return { ...metadata, service: { ...metadata.service, version } };
}

function ownMetadata(name, node, ephemeralId) {
  return {
    service: {
      name,
      node: { configured_name: node },
      agent: { name: "nodejs", version: "0.1.0", ephemeral_id: ephemeralId },
    },
    process: { pid: 1 },
    system: { detected_hostname: node },
  };
}

async function send(url, metadata, lines) {
  const body = [{ metadata }, ...lines].map((line) => `${JSON.stringify(line)}\n`).join("");
  const headers = { "Content-Type": "application/x-ndjson" };
  const response = await fetch(`${url}/intake/v2/events`, { method: "POST", headers, body });
  if (response.status !== 202) throw new Error(`the data was not taken: ${response.status} ${await response.text()}`);
}
