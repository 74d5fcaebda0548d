import { readFileSync, rmSync, unlinkSync } from "node:fs";
import * as os from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { testRegistry } from "../registry.testing.js";
import { PROCESS_STAT, writeHost } from "./cpu/hosts.testing.js";
import { LinuxCPU } from "./cpu/linux-cpu.js";
import { PortableCPU } from "./cpu/portable-cpu.js";
import { CPU_METRICS, CPUMetricSet } from "./cpu.js";

type Host = ReturnType<typeof writeHost>;

const linux = (
  host: Host,
): {
  set: CPUMetricSet;
  collect(): Promise<Record<string, number | undefined>>;
  registry: ReturnType<typeof testRegistry>;
} => {
  const registry = testRegistry();
  const set = registry.registry.adopt(
    new CPUMetricSet(registry.registry, { platform: "linux", env: {}, paths: host.paths }),
  );
  return {
    set,
    registry,
    collect: async () => {
      const [payload] = await registry.collect();
      return Object.fromEntries(Object.entries(payload?.samples ?? {}).map(([name, sample]) => [name, sample.value]));
    },
  };
};

const busy = (host: Host, guest = " 0 0"): void => {
  host.write("proc/stat", `cpu  400000 0 0 600000 0 0 0 0${guest}\n`);
  host.write("proc/self/stat", PROCESS_STAT(100_000, 100_000));
};

describe("CPUMetricSet on Linux", () => {
  it("CPU-10 CPU-11 CPU-12 CPU-14 CPU-16 CPU-17 CPU-18 CPU-20 CPU-21 CPU-22 gives the worked values", async () => {
    const host = writeHost({});
    const { collect } = linux(host);
    busy(host);
    expect(await collect()).toEqual({
      "system.cpu.total.norm.pct": 0.4,
      "system.process.cpu.total.norm.pct": 0.2,
      "system.process.cpu.user.norm.pct": 0.1,
      "system.process.cpu.system.norm.pct": 0.1,
      "system.memory.total": 16552841216,
      "system.memory.actual.free": 6670774272,
      "system.process.memory.rss.bytes": 47738880,
      "system.process.memory.size": 3686981632,
    });
    rmSync(host.root, { recursive: true });
  });

  it("CPU-10 takes seven fields of old kernels, and CPU-11 counts iowait as idle and guest times not at all", async () => {
    const host = writeHost({ "proc/stat": "cpu  0 0 0 0 0 0 0\n" });
    const { collect } = linux(host);
    host.write("proc/stat", "cpu  200000 100000 100000 500000 100000 0 0\n");
    expect((await collect())["system.cpu.total.norm.pct"]).toBe(0.4);
    host.write("proc/stat", "cpu  600000 100000 100000 1100000 100000 0 0 0 99999999 99999999\n");
    expect((await collect())["system.cpu.total.norm.pct"]).toBe(0.4);
    rmSync(host.root, { recursive: true });
  });

  it("CPU-21 CPU-22 CPU-25 sends 0 when nothing moved, at each collection", async () => {
    const host = writeHost({});
    const { collect } = linux(host);
    for (let round = 0; round < 2; round++) {
      const samples = await collect();
      expect(samples["system.cpu.total.norm.pct"]).toBe(0);
      expect(samples["system.process.cpu.total.norm.pct"]).toBe(0);
    }
    rmSync(host.root, { recursive: true });
  });

  it("CPU-20 each collection covers the time since the one before", async () => {
    const host = writeHost({});
    const { collect } = linux(host);
    busy(host);
    await collect();
    host.write("proc/stat", "cpu  1300000 0 0 700000 0 0 0 0 0 0\n");
    expect((await collect())["system.cpu.total.norm.pct"]).toBe(0.9);
    rmSync(host.root, { recursive: true });
  });

  it.each(["(my app) v2)", "(a b (c))", "(weird ) S 1 2)"])("CPU-13 cuts at the last parenthesis: %s", async (comm) => {
    const host = writeHost({ "proc/self/stat": PROCESS_STAT(0, 0, comm) });
    const { collect } = linux(host);
    host.write("proc/stat", "cpu  500000 0 0 500000\n");
    host.write("proc/self/stat", PROCESS_STAT(300_000, 100_000, comm));
    expect(await collect()).toMatchObject({
      "system.process.cpu.total.norm.pct": 0.4,
      "system.process.cpu.user.norm.pct": 0.3,
      "system.process.memory.size": 3686981632,
    });
    rmSync(host.root, { recursive: true });
  });

  it("CPU-14 multiplies pages by the page size it is given, and takes Node's own figure for the real process", async () => {
    const host = writeHost({});
    host.paths.pageSize = 65536;
    expect((await linux(host).collect())["system.process.memory.rss.bytes"]).toBe(11655 * 65536);
    const real = testRegistry();
    real.registry.register(CPUMetricSet);
    const rss = (await real.collect())[0]?.samples["system.process.memory.rss.bytes"]?.value as number;
    expect(Math.abs(rss - process.memoryUsage.rss())).toBeLessThan(30e6);
    // A title with a parenthesis misleads Node's own reading: then the field of the stat file counts.
    const title = process.title;
    process.title = "app :)";
    const pages = Number(readFileSync("/proc/self/stat", "latin1").split(") ").at(-1)?.split(" ")[21]);
    const read = new LinuxCPU(real.logger).read().processRss as number;
    process.title = title;
    expect(Math.abs(read - pages * 4096)).toBeLessThan(30e6);
    rmSync(host.root, { recursive: true });
  });

  it("CPU-17 adds free, buffers and cached up where MemAvailable is missing", async () => {
    const host = writeHost({
      "proc/meminfo": "MemTotal: 16164884 kB\nMemFree: 359184 kB\nBuffers: 891296 kB\nCached: 6416340 kB\n",
    });
    expect((await linux(host).collect())["system.memory.actual.free"]).toBe(7850823680);
    rmSync(host.root, { recursive: true });
  });

  it("CPU-23 D-CPU-1 RT-8 RT-9 clamps to 0…1: skewed readings and counters that fall", async () => {
    const host = writeHost({ "proc/stat": "cpu  100 0 0 100 100 0 0 0\n", "proc/self/stat": PROCESS_STAT(100, 100) });
    const { collect } = linux(host);
    host.write("proc/stat", "cpu  110 0 0 90 100 10 0 0\n");
    host.write("proc/self/stat", PROCESS_STAT(300, 50));
    const samples = await collect();
    expect(samples["system.cpu.total.norm.pct"]).toBe(1);
    expect(samples["system.process.cpu.user.norm.pct"]).toBe(1);
    expect(samples["system.process.cpu.system.norm.pct"]).toBe(0);
    rmSync(host.root, { recursive: true });
  });

  it("RT-10 the process' share is user plus system, of the same samples", async () => {
    const host = writeHost({});
    const { collect } = linux(host);
    host.write("proc/stat", "cpu  70000 0 0 30000\n");
    host.write("proc/self/stat", PROCESS_STAT(11_000, 7_000));
    const samples = await collect();
    expect(samples["system.process.cpu.total.norm.pct"]).toBeCloseTo(
      (samples["system.process.cpu.user.norm.pct"] as number) +
        (samples["system.process.cpu.system.norm.pct"] as number),
      12,
    );
    rmSync(host.root, { recursive: true });
  });

  it("CPU-24 CPU-26 D-CPU-2 leaves out only what an unreadable or garbled file would give, and comes back with a whole interval", async () => {
    const host = writeHost({});
    const { collect, registry } = linux(host);
    busy(host);
    host.write("proc/self/stat", "garbage");
    expect(Object.keys(await collect()).sort()).toEqual([
      "system.cpu.total.norm.pct",
      "system.memory.actual.free",
      "system.memory.total",
    ]);
    host.write("proc/self/stat", PROCESS_STAT(100_000, 100_000));
    unlinkSync(host.paths.memInfo);
    const next = await collect();
    expect(next["system.process.cpu.total.norm.pct"]).toBe(0.2);
    expect(next["system.process.memory.size"]).toBe(3686981632);
    expect(next["system.memory.total"]).toBeUndefined();
    host.write("proc/stat", "nothing here\n");
    expect(Object.keys(await collect()).sort()).toEqual([
      "system.process.memory.rss.bytes",
      "system.process.memory.size",
    ]);
    expect(registry.logger.of("debug").length).toBeGreaterThan(0);
    expect(registry.logger.of("warn")).toEqual([]);
    rmSync(host.root, { recursive: true });
  });

  it("CPU-1 CPU-2 CPU-3 CPU-4 takes /proc on Linux, the portable source elsewhere, where it is asked for, and where /proc/stat is missing", () => {
    const { registry } = testRegistry();
    const { paths, root } = writeHost({});
    expect(new CPUMetricSet(registry, { platform: "linux", env: {}, paths }).source).toBeInstanceOf(LinuxCPU);
    for (const platform of ["darwin", "win32", "freebsd"] as const) {
      expect(new CPUMetricSet(registry, { platform, env: {}, paths }).source).toBeInstanceOf(PortableCPU);
    }
    const env = { ELASTIC_APM_FORCE_PSUTIL_METRICS: "" };
    expect(new CPUMetricSet(registry, { platform: "linux", env, paths }).source).toBeInstanceOf(PortableCPU);
    const missing = { ...paths, sysStat: join(root, "missing") };
    expect(new CPUMetricSet(registry, { platform: "linux", env: {}, paths: missing }).source).toBeInstanceOf(
      PortableCPU,
    );
    rmSync(root, { recursive: true });
  });

  it("agrees with /proc, read independently at the same moments", async () => {
    const { registry, collect } = testRegistry();
    // The set's own readings lie between these pairs, however long the machine lets this process wait.
    const beforeFirst = procTimes();
    registry.register(CPUMetricSet);
    const afterFirst = procTimes();
    const until = performance.now() + 1000;
    while (performance.now() < until);
    const beforeLast = procTimes();
    const samples = (await collect())[0]?.samples;
    const afterLast = procTimes();
    const value = (name: string): number => samples?.[name]?.value as number;
    const isBetween = (name: string, of: "busy" | "user" | "system"): void => {
      // Two ticks of some two hundred: the kernel's counters of waiting step back now and then.
      const slack = 0.01;
      const least = (beforeLast[of] - afterFirst[of]) / (afterLast.total - beforeFirst.total);
      const most = (afterLast[of] - beforeFirst[of]) / (beforeLast.total - afterFirst.total);
      expect(value(name)).toBeGreaterThanOrEqual(least - slack);
      expect(value(name)).toBeLessThanOrEqual(most + slack);
    };
    isBetween("system.cpu.total.norm.pct", "busy");
    isBetween("system.process.cpu.user.norm.pct", "user");
    isBetween("system.process.cpu.system.norm.pct", "system");
    // How much of the second this process gets is the machine's choice; it has used some.
    expect(value("system.process.cpu.total.norm.pct")).toBeGreaterThan(0);
    expect(value("system.process.cpu.total.norm.pct")).toBeCloseTo(
      value("system.process.cpu.user.norm.pct") + value("system.process.cpu.system.norm.pct"),
      6,
    );
    const memory = readFileSync("/proc/meminfo", "latin1");
    expect(value("system.memory.total")).toBe(Number(/MemTotal:\s+(\d+)/.exec(memory)?.[1]) * 1024);
    const available = Number(/MemAvailable:\s+(\d+)/.exec(memory)?.[1]) * 1024;
    expect(Math.abs(value("system.memory.actual.free") - available)).toBeLessThan(0.1 * value("system.memory.total"));
    const size = Number(readFileSync("/proc/self/stat", "latin1").split(") ").at(-1)?.split(" ")[20]);
    expect(Math.abs(value("system.process.memory.size") - size)).toBeLessThan(200e6);
  });

  it("SRV-60 has only names on Elastic's internal list, and no labels", () => {
    const internal = readFileSync("packages/agent/src/sets/internal-metric-names.testing.txt", "utf8").split("\n");
    for (const { name } of CPU_METRICS) expect(internal).toContain(name);
    expect(CPU_METRICS.map(({ name }) => name)).not.toContain("system.process.cgroup.memory.stats.inactive_file.bytes");
  });
});

describe("CPUMetricSet elsewhere", () => {
  const machine = { cpus: 4, idle: 0, busyMs: 0, user: 0, system: 0, nowUs: 0 };
  const portable = (): PortableCPU =>
    new PortableCPU({
      cpus: () =>
        Array.from({ length: machine.cpus }, () => ({
          times: {
            user: machine.busyMs,
            nice: machine.busyMs,
            sys: machine.busyMs,
            irq: machine.busyMs,
            idle: machine.idle,
          },
        })),
      totalmem: () => 8e9,
      freemem: () => 2e9,
      cpuUsage: () => ({ user: machine.user, system: machine.system }),
      nowUs: () => machine.nowUs,
      rss: () => 5e7,
    });

  it("CPU-30 CPU-31 CPU-32 CPU-33 CPU-35 RT-8 RT-9 reads what Node offers, primed when it is made", () => {
    const source = portable();
    Object.assign(machine, { idle: 600, busyMs: 100, user: 1_000_000, system: 600_000, nowUs: 2_000_000 });
    expect(source.read()).toEqual({
      systemCpu: 0.4,
      processCpu: 0.2,
      processUserCpu: 0.125,
      processSystemCpu: 0.075,
      memoryTotal: 8e9,
      memoryFree: 2e9,
      processRss: 5e7,
    });
    // Nothing moved, not even the clock.
    expect(source.read()).toMatchObject({ systemCpu: 0, processCpu: 0 });
    Object.assign(machine, { user: 100_000_000, nowUs: 3_000_000 });
    expect(source.read().processCpu).toBe(1);
    machine.cpus = 0;
    expect(source.read().systemCpu).toBe(0);
  });

  it("CPU-34 CPU-36 sends no virtual size, never the resident set in its place, and nothing of cgroups", async () => {
    const { registry, collect } = testRegistry();
    registry.adopt(new CPUMetricSet(registry, { platform: "darwin", env: {} }));
    expect(Object.keys((await collect())[0]?.samples ?? {}).sort()).toEqual([
      "system.cpu.total.norm.pct",
      "system.memory.actual.free",
      "system.memory.total",
      "system.process.cpu.system.norm.pct",
      "system.process.cpu.total.norm.pct",
      "system.process.cpu.user.norm.pct",
      "system.process.memory.rss.bytes",
    ]);
  });

  it("CPU-32 takes the machine's free memory, not the process' share of a limit", () => {
    const free = new PortableCPU().read().memoryFree as number;
    expect(Math.abs(free - os.freemem())).toBeLessThan(500e6);
  });
});

/** The processors' and this process' ticks, read by other means than the set's. */
function procTimes(): { total: number; busy: number; user: number; system: number } {
  const [aggregate = ""] = readFileSync("/proc/stat", "latin1").split("\n", 1);
  const ticks = aggregate.match(/\d+/g)?.slice(0, 8).map(Number) ?? [];
  const total = ticks.reduce((sum, tick) => sum + tick, 0);
  const own = readFileSync("/proc/self/stat", "latin1").replace(/^.*\)/s, "x").split(" ").map(Number);
  return { total, busy: total - (ticks[3] ?? 0) - (ticks[4] ?? 0), user: own[12] ?? 0, system: own[13] ?? 0 };
}
