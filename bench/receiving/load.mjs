// Sends the same 50 gzipped intake requests of 10 processes over and over: node load.mjs <url> <connections> <metricsets> <seconds> [run]
// With a run each request is a batch under an id of its own, which no other run has.
import { Agent, request as httpRequest } from "node:http";
import { gzipSync } from "node:zlib";

const [url, connectionsText, metricsetsText, secondsText, run] = process.argv.slice(2);
const [connections, metricsets, seconds] = [connectionsText, metricsetsText, secondsText].map(Number);
const PROCESSES = 10;
const BODIES = 50;
/** Label sets a process has: with 240 metricsets a request, ten reports of each. */
const SERIES_GROUPS = 24;
const SAMPLES = 6;

function plain(body) {
  const process = body % PROCESSES;
  const metadata = {
    service: {
      name: "bench",
      environment: "production",
      agent: { name: "nodejs", version: "1.0.0", ephemeral_id: `process-${process}` },
      language: { name: "javascript" },
      runtime: { name: "node", version: "20.20.2" },
    },
    process: { pid: 100 + process, title: "node" },
    system: { detected_hostname: `host-${process}.example.org`, architecture: "x64", platform: "linux" },
  };
  const lines = [JSON.stringify({ metadata })];
  const start = Date.now() - 3_600_000 + body * 10_000;
  for (let i = 0; i < metricsets; i++) {
    const group = i % SERIES_GROUPS;
    const samples = {};
    for (let k = 0; k < SAMPLES; k++) {
      samples[`application.metric.number${(group * SAMPLES + k) % 40}`] = {
        value: Math.round(Math.random() * 1e6) / 1000,
        type: "gauge",
      };
    }
    const timestamp = (start + Math.floor(i / SERIES_GROUPS) * 1000) * 1000;
    const tags = { region: "eu-west-1", endpoint: `/api/v1/resource/${group}`, method: "GET" };
    lines.push(JSON.stringify({ metricset: { samples, timestamp, tags } }));
  }
  return `${lines.join("\n")}\n`;
}

const texts = Array.from({ length: BODIES }, (_, body) => plain(body));
const bodies = texts.map((text) => gzipSync(text, { level: 1 }));
const agent = new Agent({ keepAlive: true, maxSockets: connections });
const latencies = [];
let failed = 0;
let sent = 0;

function post(body) {
  return new Promise((resolve) => {
    const began = performance.now();
    const headers = {
      "Content-Type": "application/x-ndjson",
      "Content-Encoding": "gzip",
      "Content-Length": body.length,
      ...(run === undefined ? {} : { "X-Tidegauge-Batch": `bench-${run}:${sent}` }),
    };
    const request = httpRequest(`${url}/intake/v2/events`, { method: "POST", agent, headers }, (response) => {
      response.resume().on("end", () => {
        if (response.statusCode === 202) latencies.push(performance.now() - began);
        else failed++;
        resolve();
      });
    });
    request.on("error", () => {
      failed++;
      resolve();
    });
    request.end(body);
  });
}

const end = performance.now() + seconds * 1000;
await Promise.all(
  Array.from({ length: connections }, async () => {
    while (performance.now() < end) await post(bodies[sent++ % BODIES]);
  }),
);
agent.destroy();
latencies.sort((a, b) => a - b);
const at = (share) => Math.round((latencies[Math.floor(latencies.length * share)] ?? 0) * 10) / 10;
process.stdout.write(
  JSON.stringify({ requests: latencies.length, failed, plainBytes: texts[0].length, p50Ms: at(0.5), p99Ms: at(0.99) }),
);
