import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { receiver } from "./receiver.mjs";

const tsc = new URL("../../node_modules/typescript/bin/tsc", import.meta.url).pathname;
const run = promisify(execFile);
const applications = new URL("./applications/", import.meta.url).pathname;
let server;

beforeEach(async () => {
  server = await receiver();
});
afterEach(() => server.close());

/** Runs an application to its end against the receiver. */
const application = (path, env = {}, args = []) =>
  run(process.execPath, [...args, path.startsWith("/") ? path : join(applications, path)], {
    cwd: applications,
    env: {
      ...process.env,
      ELASTIC_APM_SERVER_URL: server.url,
      ELASTIC_APM_SERVICE_NAME: "app",
      ELASTIC_APM_CLOUD_PROVIDER: "none",
      ELASTIC_APM_CENTRAL_CONFIG: "false",
      ELASTIC_APM_LOG_LEVEL: "warning",
      ...env,
    },
    timeout: 60_000,
  });

/** Who reported, as `{ who, ephemeralId, pid, cpu }`. */
const reporters = () =>
  server.requests.map(({ metadata, metricsets }) => ({
    who: metricsets.find(({ samples }) => "reports" in samples)?.tags.who,
    reports: metricsets.filter(({ samples }) => "reports" in samples).map(({ samples }) => samples.reports.value),
    ephemeralId: metadata.service.agent.ephemeral_id,
    pid: metadata.process.pid,
    cpu: metricsets.some(({ samples }) => "system.cpu.total.norm.pct" in samples),
    heap: metricsets.some(({ samples }) => "nodejs.memory.heap.used.bytes" in samples),
  }));

describe("several processes and threads of one service", () => {
  it.each([
    ["cluster.mjs", ["primary", "worker 1", "worker 2"]],
    ["fork.mjs", ["child", "parent"]],
  ])(
    "REG-92 %s: each process reports under an identity of its own, once, nothing aggregated",
    async (name, expected) => {
      await application(name);
      const found = reporters();
      expect(found.map(({ who }) => who).sort()).toEqual(expected);
      expect(new Set(found.map(({ ephemeralId }) => ephemeralId)).size).toBe(expected.length);
      expect(new Set(found.map(({ pid }) => pid)).size).toBe(expected.length);
      for (const { reports, cpu, heap } of found) expect([reports, cpu, heap]).toEqual([[1], true, true]);
    },
  );

  it("REG-93 D-REG-9 threads report under identities of their own, and the process' CPU and memory only once", async () => {
    await application("threads.mjs");
    const found = reporters();
    expect(found.map(({ who }) => who).sort()).toEqual(["main thread", "thread 1", "thread 2"]);
    expect(new Set(found.map(({ ephemeralId }) => ephemeralId)).size).toBe(3);
    expect(new Set(found.map(({ pid }) => pid)).size).toBe(1);
    for (const { who, cpu, heap } of found) expect([cpu, heap]).toEqual([who === "main thread", true]);
  });

  it("REG-93 a thread sends CPU figures where they are asked for by name", async () => {
    await application("threads.mjs", { ELASTIC_APM_METRICS_SETS: "elasticapm.metrics.sets.cpu.CPUMetricSet" });
    expect(reporters().map(({ cpu }) => cpu)).toEqual([true, true, true]);
  });
});

describe("the life of a process", () => {
  it("REG-84 RT-11 the agent's timers do not keep a process alive, and it sends what it has before the end", async () => {
    await application("never-closed.mjs");
    expect(server.requests.length).toBeGreaterThan(0);
  });

  it("API-2 --import @tidegauge/agent/register needs no code", async () => {
    const directory = mkdtempSync(join(tmpdir(), "app-"));
    writeFileSync(join(directory, "app.mjs"), "await 1;");
    await application(join(directory, "app.mjs"), {}, ["--import", "@tidegauge/agent/register"]);
    rmSync(directory, { recursive: true });
    expect(reporters()[0]).toMatchObject({ cpu: true, heap: true });
  });
});

describe("sets of one's own", () => {
  const depth = () =>
    server.requests.flatMap(({ metricsets }) => metricsets.flatMap(({ samples }) => samples.queue_depth?.value ?? []));

  it.each(["common.cjs", "module.mjs"])("REG-110 from %s", async (name) => {
    await application(name);
    expect(depth()).toEqual([7]);
  });

  it("REG-110 from TypeScript", async () => {
    // The compiler's own check counts as well: the classes are used as they are typed.
    const out = mkdtempSync(join(applications, "compiled-"));
    const options = [
      "--module",
      "nodenext",
      "--target",
      "es2023",
      "--lib",
      "es2023,esnext.disposable",
      "--types",
      "node",
      "--strict",
      "--ignoreConfig",
      "--outDir",
      out,
    ];
    await run(process.execPath, [tsc, ...options, join(applications, "typescript.mts")], { cwd: applications });
    await application(join(out, "typescript.mjs"));
    rmSync(out, { recursive: true });
    expect(depth()).toEqual([7]);
  });

  it("REG-110 REG-64 by an import string in ELASTIC_APM_METRICS_SETS", async () => {
    await application("never-closed.mjs", { ELASTIC_APM_METRICS_SETS: "./queue-set.mjs" });
    expect(depth()).toEqual([7]);
  });
});
