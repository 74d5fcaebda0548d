// How many metricsets the server takes in for a second of its CPU time: gzip in, durable in the store before the answer.
//
//   node bench/receiving/receiving.mjs [--seconds 8] [--out bench/results/receiving.json]
//
// Beside it, in the same run, the floor of Node: a bare node:http server that unpacks, splits and parses the same bodies and
// answers 202 without keeping anything. Load comes from a process of its own. CPU time is the process's own, from /proc.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { values: flags } = parseArgs({
  options: {
    seconds: { type: "string", default: "8" },
    out: { type: "string", default: here("../results/receiving.json") },
  },
});
const seconds = Number(flags.seconds);
const CLOCK_TICK_MS = 10;

/** `[connections, metricsets a request]`. 24 is the request of measured.md; 240 what ten of them make, or one larger agent. */
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

async function load(server, connections, metricsets, forSeconds) {
  const child = spawn(process.execPath, [here("load.mjs"), server.url, connections, metricsets, forSeconds], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  await new Promise((resolve) => child.once("exit", resolve));
  return JSON.parse(text);
}

async function measure(server, connections, metricsets) {
  await load(server, connections, metricsets, Math.max(3, seconds / 2));
  const before = cpuMs(server);
  const result = await load(server, connections, metricsets, seconds);
  const cpu = (cpuMs(server) - before) / 1000;
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
    rssMib: memoryMib(server, "VmRSS"),
  };
}

const results = {
  what: "receiving",
  date: new Date().toISOString(),
  node: process.version,
  cpu: cpus()[0]?.model,
  cores: cpus().length,
};
const directory = mkdtempSync(join(tmpdir(), "tidegauge-bench-"));
try {
  const tidegauge = await start(process.execPath, [
    ...[
      here("../../packages/cli/bin/tidegauge.js"),
      "serve",
      "--port",
      "0",
      "--data-dir",
      directory,
      "--retention",
      "0",
    ],
  ]);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  results.rssIdleMib = memoryMib(tidegauge, "VmRSS");
  results.tidegauge = [];
  for (const [connections, metricsets] of CASES)
    results.tidegauge.push(await measure(tidegauge, connections, metricsets));
  results.rssPeakMib = memoryMib(tidegauge, "VmHWM");
  await stop(tidegauge);

  const floor = await start(process.execPath, [here("floor.mjs")]);
  results.floor = [];
  for (const [connections, metricsets] of CASES) results.floor.push(await measure(floor, connections, metricsets));
  await stop(floor);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
// Measured elsewhere on the same kind of machine (2 shared cores): a real APM Server, gzip in, Elasticsearch bulk out, not durable before its answer.
results.realApmServer = { metricsetsPerCpuSecond: [17_000, 20_000], rssIdleMib: 39 };
mkdirSync(dirname(flags.out), { recursive: true });
writeFileSync(flags.out, `${JSON.stringify(results, undefined, 2)}\n`);
for (const name of ["tidegauge", "floor"]) {
  console.log(name);
  console.table(results[name]);
}
console.log(`RSS idle ${results.rssIdleMib} MiB, peak ${results.rssPeakMib} MiB`);
