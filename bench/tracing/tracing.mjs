// What measuring transactions and spans costs in processor time, against a bare process and against the rivals, in one run:
//
//   node bench/tracing/tracing.mjs [--rounds 20] [--requests 800] [--million] [--start-up] [--out bench/results/tracing.json]
//
// Every process of every rival runs at the same time as the others, and the rounds of load go round them, so that a busy machine disturbs all alike; the
// minimum of the rounds counts. `--million` sends a million requests to the measured http server and looks at its memory on the way.
// `--start-up` measures that alone, and puts it with its own date and load into the results that are there.
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { Agent, createServer, get } from "node:http";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "20" },
    requests: { type: "string", default: "800" },
    million: { type: "boolean", default: false },
    "start-up": { type: "boolean", default: false },
    out: { type: "string", default: here("../results/tracing.json") },
  },
});
const rounds = Number(flags.rounds);
const requests = Number(flags.requests);

const RIVALS = {
  bare: [],
  tidegauge: ["--import", "@tidegauge/agent/register"],
  "elastic-apm-node": ["--require", "elastic-apm-node/start.js"],
  "OpenTelemetry SDK": ["--require", here("apps/otel.cjs")],
};

/** The start-up also of a process that only loads the package, for its metrics, and starts no client. */
const STARTING = { ...RIVALS, "tidegauge, only required": ["--require", "@tidegauge/agent"] };

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

/** Processor time a request, in µs, of each rival: the minimum of the rounds. */
async function requestsOf(file) {
  const running = [];
  for (const [name, execArgv] of Object.entries(RIVALS)) {
    const child = start(file, execArgv);
    running.push({ name, child, port: (await ask(child)).port, best: Number.POSITIVE_INFINITY });
  }
  for (const { port } of running) await load(port, 5 * requests);
  for (let round = 0; round < rounds; round++) {
    for (const one of running) {
      const before = await ask(one.child, "cpu");
      await load(one.port, requests);
      const after = await ask(one.child, "cpu");
      one.best = Math.min(one.best, (after.cpuUs - before.cpuUs) / requests);
    }
  }
  for (const { child } of running) child.kill("SIGKILL");
  return over(Object.fromEntries(running.map(({ name, best }) => [name, best])));
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
  return { date: new Date().toISOString(), load: loadavg().map(round2), cpuMs: over(best), rssMib: over(rss) };
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

const result = flags["start-up"]
  ? { ...JSON.parse(readFileSync(flags.out, "utf8")), startUp: await startUps() }
  : await everything();

async function everything() {
  return {
    what: "tracing",
    load: loadavg().map(round2),
    date: new Date().toISOString(),
    node: process.version,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    goals: { spanUs: 0.5, httpOverBareUs: 5, expressOverBareUs: 10, startUpOverBareMs: 40 },
    spanUs: await spans(),
    httpUsARequest: await requestsOf("http"),
    expressUsARequest: await requestsOf("express"),
    startUp: await startUps(),
    ...(flags.million ? { memoryOverAMillionRequests: await million() } : {}),
  };
}
sink.close();
sink.closeAllConnections();
writeFileSync(flags.out, `${JSON.stringify(result, null, 2)}\n`);
console.log(JSON.stringify(result, null, 2));
