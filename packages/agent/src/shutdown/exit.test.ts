import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeServer } from "../transport/fake-server.testing.js";
import { until } from "../transport/harness.testing.js";

/** How a process ends: with real processes of the built agent (W-92). */
const AGENT = JSON.stringify(resolve("packages/agent/dist/index.js"));

/** What version 3 of signal-exit does with SIGTERM and SIGINT, in its own words for the process. */
const SIGNAL_EXIT_3 = `function onExit(cleanUp) {
  const emitter = (process.__signal_exit_emitter__ ??= { count: 0 });
  emitter.count++;
  for (const signal of ["SIGTERM", "SIGINT"]) {
    const listener = () => {
      if (process.listeners(signal).length !== emitter.count) return;
      process.off(signal, listener);
      emitter.count--;
      cleanUp();
      process.kill(process.pid, signal);
    };
    process.on(signal, listener);
  }
}`;
/** Version 4 is there: it is a part of our release tool. */
const SIGNAL_EXIT_4 = `const { onExit } = require(${JSON.stringify(resolve("node_modules/signal-exit"))});`;

/** Starts a command as the first process of its own PID namespace: as root, else as root of its own user namespace. A container may refuse both. */
const AS_PID_1 = [
  ["unshare", "-pf", "--mount-proc", "--kill-child"],
  ["unshare", "-Urpf", "--mount-proc", "--kill-child"],
].find(([command = "", ...args]) => spawnSync(command, [...args, "true"]).status === 0);
if (AS_PID_1 === undefined) console.log("skipped: the tests of PID 1, since unshare cannot make a PID namespace here");

let server: FakeServer;
let spoolDir: string;
let programs: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  server = await FakeServer.start();
  spoolDir = mkdtempSync(join(tmpdir(), "tidegauge-exit-"));
  programs = mkdtempSync(join(tmpdir(), "tidegauge-program-"));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await server.stop();
  rmSync(spoolDir, { recursive: true, force: true });
  rmSync(programs, { recursive: true, force: true });
});

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
  stdout: string;
}

/** The beginning of every program: a client that collects only when told to, and one counter of 5. */
const PRELUDE = `
  const { Client, MetricSet } = require(${AGENT});
  const client = new Client({
    serviceName: "exit", metricsInterval: "60m", metricsSets: [], breakdownMetrics: false, transactionMetrics: false,
    agentHealthMetrics: false, centralConfig: false, cloudProvider: "none", skipServerInfo: true, logLevel: "warning",
    serverUrl: process.env.SERVER, spoolDir: process.env.SPOOL,
  });
  const metricset = client.metrics.register(MetricSet);
  const n = metricset.counter("n", {}, { resetOnCollect: true });
  n.inc(5);
`;

function run(
  program: string,
  { spool = false, url = server.url, prelude = PRELUDE, through = [] as readonly string[] } = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  const { ELASTIC_APM_SPOOL_DIR: _, ...env } = process.env;
  const file = join(programs, `${children.length}.cjs`);
  writeFileSync(file, prelude + program);
  const [command = "", ...args] = [...through, process.execPath, file];
  const child = spawn(command, args, {
    env: { ...env, SERVER: url, ...(spool ? { SPOOL: spoolDir } : {}) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let stderr = "";
  let stdout = "";
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  child.stdout?.on("data", (chunk) => {
    stdout += chunk;
  });
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal, stderr, stdout }) as Ended);
  return { child, ended };
}

/** Waits for a line of the child. */
async function says(child: ChildProcess, word: string): Promise<void> {
  let text = "";
  child.stdout?.on("data", (chunk) => {
    text += chunk;
  });
  await until(() => text.includes(word), `the word ${word}`);
}

/** Sum of the counter `n` over everything the server took, each batch once. */
function stored(): number {
  return (server.events as { metricset: { samples: { n?: { value: number } } } }[]).reduce(
    (sum, event) => sum + (event.metricset.samples.n?.value ?? 0),
    0,
  );
}

/** A process that only sends what others left. */
async function nextProcess(): Promise<Ended> {
  return run("client.metrics.close(); client.flush().then(() => setTimeout(() => {}, 200));", {
    spool: true,
    prelude: PRELUDE.replace("n.inc(5);", ""),
  }).ended;
}

describe("the end of a process is not the end of its data", () => {
  it("W-92 normal end: collected, sent, and the exit code is the application's", async () => {
    const { code, stderr } = await run("process.exitCode = 7;").ended;
    expect(code).toBe(7);
    expect(stderr).toBe("");
    expect(stored()).toBe(5);
  });

  it("W-92 normal end with the server away: over within about the deadline, what is lost is counted", async () => {
    const { code, stderr } = await run("", { url: "http://127.0.0.1:1" }).ended;
    expect(code).toBe(0);
    expect(stderr.trim().split("\n").at(-1)).toMatch(/ERROR \[tidegauge\] 1 events were lost/);
  });

  it("W-92, W-91 normal end with the server away and a spool: the next process sends it, with the original id", async () => {
    const { stderr } = await run("", { url: "http://127.0.0.1:1", spool: true }).ended;
    expect(stderr).not.toMatch(/lost/);
    await nextProcess();
    expect(stored()).toBe(5);
  });

  it("W-92 a listener of beforeExit may go on working: what it records is not lost either", async () => {
    const program = `let times = 0;
      process.on("beforeExit", () => { if (times++ < 3) setTimeout(() => n.inc(1), 300); });`;
    await run(program, { spool: true }).ended;
    await nextProcess();
    expect(stored()).toBe(8);
  });

  it("W-92 normal end while a beforeCollect takes longer than the deadline: it is not called again and again", async () => {
    const program = `
      class Slow extends MetricSet {
        async beforeCollect() { console.log("called"); await new Promise((resolve) => setTimeout(resolve, 2500)); }
      }
      client.metrics.register(Slow);`;
    const { code, stdout } = await run(program, { spool: true }).ended;
    expect(code).toBe(0);
    expect(stdout).toBe("called\n");
    await nextProcess();
    expect(stored()).toBe(5);
  });

  it.each([
    ["process.exit", "process.exit(3);", 3],
    ["an uncaught exception", 'setTimeout(() => { throw new Error("boom"); });', 1],
    ["an unhandled rejection", 'Promise.reject(new Error("boom"));', 1],
    ["an exception in the main script", 'throw new Error("boom");', 1],
  ])(
    "W-92 %s: the last values go to the spool, and are sent once by the next process",
    async (_name, program, exitCode) => {
      const { code, stderr } = await run(program, { spool: true }).ended;
      expect(code).toBe(exitCode);
      expect(stderr).not.toMatch(/lost/);
      expect(stored()).toBe(0);
      await nextProcess();
      expect(stored()).toBe(5);
      await nextProcess();
      expect(stored()).toBe(5);
    },
  );

  it("W-92 at the very end, only sets without an own beforeCollect are collected: nothing can be waited for", async () => {
    const program = `
      class Waiting extends MetricSet { async beforeCollect() { this.gauge("waited").set(1); } }
      client.metrics.register(Waiting).counter("unread", {}, { resetOnCollect: true }).inc();
      metricset.observe("observed", () => 42);
      process.exit();`;
    await run(program, { spool: true }).ended;
    await nextProcess();
    const names = (server.events as { metricset: { samples: object } }[]).flatMap(({ metricset }) =>
      Object.keys(metricset.samples),
    );
    expect(names.sort()).toEqual(["n", "observed"]);
  });

  it.each([
    ["process.exit", "process.exit(3);"],
    ["an uncaught exception", 'setTimeout(() => { throw new Error("boom"); });'],
  ])("W-92 %s without a spool: what is lost is counted in a last line", async (_name, program) => {
    const { stderr } = await run(program).ended;
    expect(stderr).toMatch(/ERROR \[tidegauge\] 1 events were lost/);
    expect(stored()).toBe(0);
  });

  it("W-92 an exception that the application handles: it lives on, nothing is lost or sent twice", async () => {
    const program = `process.on("uncaughtException", () => {});
      setTimeout(() => { throw new Error("boom"); }, 50);
      setTimeout(() => n.inc(2), 300);`;
    const { code } = await run(program, { spool: true }).ended;
    expect(code).toBe(0);
    await nextProcess();
    expect(stored()).toBe(7);
  });

  it.each(["SIGTERM", "SIGINT"] as const)("W-92 %s: sent, then the process dies of the signal", async (signal) => {
    const { child, ended } = run('setInterval(() => {}, 1000); console.log("ready");');
    await says(child, "ready");
    child.kill(signal);
    expect(await ended).toMatchObject({ code: null, signal });
    expect(stored()).toBe(5);
  });

  it("W-92 SIGTERM while the server hangs: not later than the deadline", async () => {
    server.reply = () => "hang";
    const { child, ended } = run('setInterval(() => {}, 1000); console.log("ready");');
    await says(child, "ready");
    child.kill("SIGTERM");
    const { signal, stderr } = await ended;
    expect(signal).toBe("SIGTERM");
    expect(stderr).toMatch(/1 events were lost/);
  });

  it("W-92 SIGTERM with a handler of the application: the agent leaves it alone", async () => {
    const program = `process.once("SIGTERM", () => { console.log("handled"); setTimeout(() => process.exit(0), 100); });
      setInterval(() => {}, 1000); console.log("ready");`;
    const { child, ended } = run(program, { spool: true });
    await says(child, "ready");
    child.kill("SIGTERM");
    expect(await ended).toMatchObject({ code: 0, signal: null, stdout: "ready\nhandled\n" });
    await nextProcess();
    expect(stored()).toBe(5);
  });

  it.each([
    ["3", SIGNAL_EXIT_3, "SIGTERM"],
    ["3", SIGNAL_EXIT_3, "SIGINT"],
    ["4", SIGNAL_EXIT_4, "SIGTERM"],
    ["4", SIGNAL_EXIT_4, "SIGINT"],
    ["3 and 4", `${SIGNAL_EXIT_3.replace("onExit", "onExit3")} onExit3(() => {}); ${SIGNAL_EXIT_4}`, "SIGTERM"],
  ] as const)(
    "W-92 signal-exit %s in the process: sent, cleaned up, then it dies of the signal (case %#)",
    async (_major, code, signal) => {
      const program = `onExit(() => console.log("cleanup"));
      setInterval(() => {}, 1000); console.log("ready");`;
      const { child, ended } = run(code + program);
      await says(child, "ready");
      child.kill(signal);
      expect(await ended).toMatchObject({ code: null, signal, stdout: "ready\ncleanup\n" });
      expect(stored()).toBe(5);
    },
  );

  it("W-92 signal-exit and a handler of the application: the handler decides", async () => {
    const program = `onExit(() => {});
      process.once("SIGTERM", () => { console.log("handled"); setTimeout(() => process.exit(5), 100); });
      setInterval(() => {}, 1000); console.log("ready");`;
    const { child, ended } = run(SIGNAL_EXIT_4 + program, { spool: true });
    await says(child, "ready");
    child.kill("SIGTERM");
    expect(await ended).toMatchObject({ code: 5, signal: null, stdout: "ready\nhandled\n" });
    await nextProcess();
    expect(stored()).toBe(5);
  });

  /** The application of a container: after its start it only says who it is, and counts 2 when a signal has reached it and sent the 5. */
  const LIVES_ON = `
    setInterval(() => {}, 1000);
    const accepted = async (events, meanwhile) => {
      while (client.stats().accepted < events) { meanwhile?.(); await new Promise((resolve) => setTimeout(resolve, 10)); }
    };
    (async () => {
      console.log("pid " + process.pid);
      process.kill(process.pid, "SIGTERM");
      await accepted(1);
      n.inc(2);
      await accepted(2, () => process.kill(process.pid, "SIGTERM"));
      console.log(require(${AGENT}).getClient() === client);
      await client.close();
      process.exit(9);
    })();`;

  it.skipIf(AS_PID_1 === undefined).each([
    ["by itself", "", ""],
    ["signal-exit 3", `${SIGNAL_EXIT_3} onExit(() => console.log("cleanup"));`, "cleanup\n"],
    ["signal-exit 4", `${SIGNAL_EXIT_4} onExit(() => console.log("cleanup"));`, "cleanup\n"],
    [
      "signal-exit 3 and 4",
      `${SIGNAL_EXIT_3.replace("onExit", "onExit3")} onExit3(() => console.log("cleanup"));
       ${SIGNAL_EXIT_4} onExit(() => console.log("cleanup"));`,
      "cleanup\ncleanup\n",
    ],
  ])(
    "W-92 SIGTERM as PID 1, which outlives it: sent, and the agent is there for the next (%s)",
    async (_name, code, said) => {
      const { code: exitCode, stdout } = await run(code + LIVES_ON, { through: AS_PID_1 as string[] }).ended;
      expect(stdout).toBe(`pid 1\n${said}true\n`);
      expect(exitCode).toBe(9);
      expect(stored()).toBe(7);
    },
  );

  it.skipIf(AS_PID_1 === undefined)(
    "W-92 SIGTERM as PID 1 with the server away, then SIGKILL: what was recorded before the signal is sent by the next process",
    async () => {
      const program = `setInterval(() => {}, 1000);
        process.kill(process.pid, "SIGTERM");
        const poll = setInterval(() => { if (client.stats().spooled === 1) { clearInterval(poll); console.log("spooled"); } }, 10);`;
      const options = { url: "http://127.0.0.1:1", spool: true, through: AS_PID_1 as string[] };
      const { child, ended } = run(program, options);
      await says(child, "spooled");
      child.kill("SIGKILL");
      await ended;
      await nextProcess();
      expect(stored()).toBe(5);
    },
  );

  it.skipIf(AS_PID_1 === undefined)(
    "W-92, W-75 SIGTERM as PID 1 while the application closes the client: nothing is collected a second time",
    async () => {
      const program = `
        class Slow extends MetricSet {
          async beforeCollect() { console.log("called"); await new Promise((resolve) => setTimeout(resolve, 300)); }
        }
        client.metrics.register(Slow);
        process.on("exit", () => console.log(process.listenerCount("SIGTERM")));
        client.close().then(() => setTimeout(() => {}, 100));
        process.kill(process.pid, "SIGTERM");`;
      const { code, stdout, stderr } = await run(program, { through: AS_PID_1 as string[] }).ended;
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "called\n0\n", stderr: "" });
      expect(stored()).toBe(5);
    },
  );

  it("W-91 kill -9: what was spooled is sent by the restarted process, once, with its first ids", async () => {
    const program = `client.collect().then(() => client.flush()).then(() => console.log("spooled " + client.stats().spooled));
      setInterval(() => {}, 1000);`;
    const { child, ended } = run(program, { url: "http://127.0.0.1:1", spool: true });
    await says(child, "spooled 1");
    child.kill("SIGKILL");
    await ended;
    await nextProcess();
    expect(stored()).toBe(5);
    // A process that ends right after its flush may leave the emptied folders to the one after it.
    const left = () => readdirSync(join(spoolDir, "exit"));
    for (let tries = 0; tries < 5 && left().length > 0; tries++) await nextProcess();
    expect(left()).toEqual([]);
    expect(stored()).toBe(5);
  });

  it("W-91 kill -9 between storing and the answer: the repeated batch has the same id and is stored once", async () => {
    server.replies.push({ status: 503 });
    server.reply = () => "hang";
    const { child, ended } = run("client.collect().then(() => client.flush()); setInterval(() => {}, 1000);", {
      spool: true,
    });
    await until(() => server.batches.length === 2);
    child.kill("SIGKILL");
    await ended;
    server.reply = () => undefined;
    await nextProcess();
    expect(new Set(server.batches.map(({ headers }) => headers["x-tidegauge-batch"])).size).toBe(1);
    expect(stored()).toBe(5);
  });

  it("W-92 a worker thread that exits spools what it has; only the main thread watches signals and exceptions", async () => {
    const program = `
      const { Worker } = require("node:worker_threads");
      const code = ${JSON.stringify(PRELUDE)} + \`
        const counts = ["SIGTERM", "SIGINT", "beforeExit", "uncaughtExceptionMonitor"].map((name) => process.listenerCount(name));
        require("node:worker_threads").parentPort.postMessage(counts);
        process.exit();\`;
      const worker = new Worker(code, { eval: true });
      worker.on("message", (counts) => console.log("listeners " + counts));
      worker.on("exit", () => console.log("ended"));`;
    const { stdout } = await run(program, { spool: true }).ended;
    expect(stdout).toContain("listeners 0,0,1,0");
    await nextProcess();
    expect(stored()).toBe(10);
  });

  it("W-92 a worker thread that ends by itself: its last values are collected and sent", async () => {
    const program = `
      const { Worker } = require("node:worker_threads");
      new Worker(${JSON.stringify(PRELUDE)} + "setTimeout(() => n.inc(2), 50);", { eval: true })
        .on("exit", (code) => process.exit(code));`;
    // The main thread sends nothing: it ends by process.exit.
    const { code, stderr } = await run(program, { prelude: "" }).ended;
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(stored()).toBe(7);
  });

  it("W-92 a worker thread that is terminated: nothing of it runs any more, what it had spooled is sent by another process", async () => {
    const program = `
      const { Worker } = require("node:worker_threads");
      const code = ${JSON.stringify(PRELUDE)} + \`
        client.collect().then(() => client.flush()).then(() => {
          n.inc(2);
          require("node:worker_threads").parentPort.postMessage(client.stats().spooled);
        });
        setInterval(() => {}, 1000);\`;
      const worker = new Worker(code, { eval: true });
      worker.on("message", (spooled) => { console.log("spooled " + spooled); worker.terminate(); });`;
    const { stdout } = await run(program, { prelude: "", url: "http://127.0.0.1:1", spool: true }).ended;
    expect(stdout).toBe("spooled 1\n");
    await nextProcess();
    expect(stored()).toBe(5);
  });

  it("W-91 a killed cluster worker: another process sends what it had spooled", async () => {
    const program = `
      const cluster = require("node:cluster");
      if (cluster.isPrimary) {
        const worker = cluster.fork();
        worker.on("message", () => worker.process.kill("SIGKILL"));
        worker.on("exit", (code, signal) => console.log("worker " + signal));
      } else {
        client.collect().then(() => client.flush()).then(() => process.send("spooled"));
        setInterval(() => {}, 1000);
      }`;
    const { stdout } = await run(program, { url: "http://127.0.0.1:1", spool: true }).ended;
    expect(stdout).toContain("worker SIGKILL");
    await nextProcess();
    // The primary's own 5 too.
    expect(stored()).toBe(10);
  });

  it("W-72 an idle agent does not hold a process", async () => {
    const begun = performance.now();
    await run("").ended;
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});
