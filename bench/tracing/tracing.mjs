// What measuring transactions and spans costs in processor time, against a bare process and against the rivals, in one run:
//
//   node bench/tracing/tracing.mjs [--rounds 20] [--requests 800] [--million] [--start-up] [--page]
//
// Every process of every rival runs at the same time as the others, and the rounds of load go round them, so that a busy machine disturbs all alike; the
// minimum of the rounds counts. `--million` sends a million requests to the measured http server and looks at its memory on the way.
// `--start-up` measures that alone, and puts it with its own date and load into the results that are there. `--page` writes the page anew from the last run.
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, createServer, get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { machine, machineText, table, writeResults } from "../page.mjs";
import { profileTable, selfTimes, topOver } from "../profile.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "20" },
    requests: { type: "string", default: "800" },
    million: { type: "boolean", default: false },
    "start-up": { type: "boolean", default: false },
    page: { type: "boolean", default: false },
  },
});
const rounds = Number(flags.rounds);
const requests = Number(flags.requests);

const RIVALS = {
  bare: [],
  tidegauge: ["--require", "@tidegauge/agent/register"],
  "elastic-apm-node": ["--require", "elastic-apm-node/start.js"],
  "OpenTelemetry SDK": ["--require", here("apps/otel.cjs")],
};

/** The process that only loads the package, for its metrics, and starts no client. */
const REQUIRED = "tidegauge, only required";
const PROFILER = ["--cpu-prof", "--cpu-prof-interval", "200", "--cpu-prof-dir"];

/** The start-up also of a process that only loads the package, for its metrics, and starts no client. */
const STARTING = {
  ...RIVALS,
  [REQUIRED]: ["--require", "@tidegauge/agent"],
  "elastic-apm-node, only required": ["--require", "elastic-apm-node"],
};

/** Takes what the agents send, so that sending is part of their cost. */
const sink = createServer((request, response) => request.resume().on("end", () => response.writeHead(202).end()));
sink.listen(0, "127.0.0.1");
await once(sink, "listening");

function start(file, execArgv, args = []) {
  return fork(here(`apps/${file}.cjs`), args, {
    cwd: here("."),
    execArgv,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: {
      ...process.env,
      NODE_ENV: "production",
      ELASTIC_APM_SERVER_URL: `http://127.0.0.1:${sink.address().port}`,
      ELASTIC_APM_LOG_LEVEL: "off",
      ELASTIC_APM_CENTRAL_CONFIG: "false",
      ELASTIC_APM_CLOUD_PROVIDER: "none",
    },
  });
}

async function ask(child, question) {
  const answer = once(child, "message");
  if (question !== undefined) child.send(question);
  return (await answer)[0];
}

async function load(port, count) {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  let sent = 0;
  const one = async () => {
    while (sent < count) {
      sent++;
      await new Promise((resolve, reject) => {
        get({ port, host: "127.0.0.1", path: `/users/${sent}`, agent }, (response) =>
          response.resume().on("end", resolve),
        ).on("error", reject);
      });
    }
  };
  await Promise.all(Array.from({ length: 8 }, one));
  agent.destroy();
}

/** Two processes of one program differ by more than an agent costs, so each rival has so many, one after the other. */
const PROCESSES = 4;

/** Processor time a request, in µs, of each rival: the minimum of the rounds in all of its processes. */
async function requestsOf(file) {
  const best = Object.fromEntries(Object.keys(RIVALS).map((name) => [name, Number.POSITIVE_INFINITY]));
  for (let process = 0; process < PROCESSES; process++) {
    const running = [];
    for (const [name, execArgv] of Object.entries(RIVALS)) {
      const child = start(file, execArgv);
      running.push({ name, child, port: (await ask(child)).port });
    }
    for (const { port } of running) await load(port, 5 * requests);
    for (let round = 0; round < rounds / 2; round++) {
      for (const { name, child, port } of running) {
        const before = await ask(child, "cpu");
        await load(port, requests);
        const after = await ask(child, "cpu");
        best[name] = Math.min(best[name], (after.cpuUs - before.cpuUs) / requests);
      }
    }
    for (const { child } of running) child.kill("SIGKILL");
  }
  return over(best);
}

async function startUps() {
  const best = {};
  const rss = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, execArgv] of Object.entries(STARTING)) {
      const child = start("empty", execArgv);
      const exit = once(child, "exit");
      const { cpuUs, rssBytes } = await ask(child);
      await exit;
      best[name] = Math.min(best[name] ?? Number.POSITIVE_INFINITY, cpuUs / 1000);
      rss[name] = Math.min(rss[name] ?? Number.POSITIVE_INFINITY, rssBytes / 1024 / 1024);
    }
  }
  return { ...machine(), cpuMs: over(best), rssMib: over(rss) };
}

async function spans() {
  const result = {};
  for (const name of Object.keys(RIVALS).filter((one) => one !== "bare")) {
    const child = start("spans", [], [name]);
    const exit = once(child, "exit");
    result[name] = round2((await ask(child)).spanUs);
    await exit;
  }
  return result;
}

async function million() {
  const child = start("http", ["--expose-gc", ...RIVALS.tidegauge]);
  const { port } = await ask(child);
  const points = [];
  for (let sent = 0; sent <= 1_000_000; sent += 100_000) {
    const { heapBytes, rssBytes } = await ask(child, "memory");
    points.push({ requests: sent, heapMib: round2(heapBytes / 1024 / 1024), rssMib: round2(rssBytes / 1024 / 1024) });
    if (sent < 1_000_000) await load(port, 100_000);
  }
  child.kill("SIGKILL");
  return points;
}

/** Each value with what it is over the bare one. */
function over(values) {
  const entries = Object.entries(values).map(([name, value]) => [
    name,
    { value: round2(value), over: round2(value - values.bare) },
  ]);
  return Object.fromEntries(entries);
}

function round2(value) {
  return Math.round(value * 100) / 100;
}

/** Self times over bare by function, with as many requests to either process: in µs a request. */
async function profiled(file) {
  const found = [];
  const count = 75 * requests;
  for (const name of ["bare", "tidegauge"]) {
    const directory = mkdtempSync(join(tmpdir(), "tidegauge-profile-"));
    const child = start(file, [...PROFILER, directory, ...RIVALS[name]]);
    const { port } = await ask(child);
    await load(port, count);
    const exit = once(child, "exit");
    child.send("exit");
    await exit;
    found.push(selfTimes(directory));
    rmSync(directory, { recursive: true });
  }
  return topOver(found[0], found[1], count);
}

/** The same of the start of a process: in ms. The profiler itself makes everything slower: the shares count. */
async function profiledStart() {
  const found = [];
  const count = 10;
  for (const name of ["bare", "tidegauge"]) {
    const directory = mkdtempSync(join(tmpdir(), "tidegauge-profile-"));
    for (let round = 0; round < count; round++) {
      const child = start("empty", [...PROFILER, directory, ...RIVALS[name]]);
      const exit = once(child, "exit");
      await ask(child);
      await exit;
    }
    found.push(selfTimes(directory));
    rmSync(directory, { recursive: true });
  }
  return topOver(found[0], found[1], count * 1000, 16);
}

async function everything() {
  const at = machine();
  return {
    ...at,
    spanUs: await spans(),
    httpUsARequest: await requestsOf("http"),
    expressUsARequest: await requestsOf("express"),
    startUp: await startUps(),
    profiles: {
      "an http request, µs": await profiled("http"),
      "an express request, µs": await profiled("express"),
      "the start of a process, ms": await profiledStart(),
    },
    // Takes minutes, and is kept from the last run that did it.
    memoryOverAMillionRequests: flags.million ? await million() : former?.memoryOverAMillionRequests,
  };
}

const out = here("../results/tracing.json");
const former = existsSync(out) ? JSON.parse(readFileSync(out, "utf8")) : undefined;
const last = flags["start-up"] || flags.page ? former : undefined;
const found = last === undefined ? await everything() : flags.page ? last : { ...last, startUp: await startUps() };
sink.close();
sink.closeAllConnections();

const { what: _what, date, node, cpu, cores, load: loadAtStart, ...figures } = found;
const at = { date, node, cpu, cores, load: loadAtStart };
const cell = ({ value, over }) => `${value} (${over < 0 ? "" : "+"}${over})`;
const rows = (values) => Object.entries(values).map(([name, one]) => [name, cell(one)]);
writeResults(
  "tracing",
  { what: "tracing", ...at, ...figures },
  `# Tracing

Generated by \`bench/tracing/tracing.mjs\` ${machineText(at)}. Processor time, minimum of the rounds, all rivals in one run; in brackets what it is over the bare process. Every agent is
loaded with \`--require\`.

What of it meets its goal, and why not, is in docs/performance.md.

## A request and a start

${table(["http, µs a request", ""], rows(figures.httpUsARequest))}

${table(["express, µs a request", ""], rows(figures.expressUsARequest))}

${table(["start-up, ms", ""], rows(figures.startUp.cpuMs))}

${table(["resident memory at the start, MiB", ""], rows(figures.startUp.rssMib))}

## Profiles

Self time by function over bare, sampled. Sampling makes loading files look dearer than it is: read the shares.

${Object.entries(figures.profiles ?? {})
  .map(([name, entries]) => `${name}:\n\n${profileTable(entries, "over bare")}`)
  .join("\n\n")}
`,
);
