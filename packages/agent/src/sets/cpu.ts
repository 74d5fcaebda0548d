import { MetricSet } from "../metricset.js";
import type { MetricsRegistry } from "../registry.js";
import type { CPUReading, CPUSource } from "./cpu/cpu-source.js";
import type { LinuxPaths } from "./cpu/linux-cpu.js";
import type { MetricRow } from "./metric-row.js";

type CPURow = MetricRow & { readonly from: keyof CPUReading };

/** The metrics of the set: all gauges, all on Elastic's internal list (SRV-60). The documentation page is made from this table. */
export const CPU_METRICS: readonly CPURow[] = [
  {
    from: "systemCpu",
    name: "system.cpu.total.norm.pct",
    unit: "percent",
    meaning: "Share of the machine's CPU time in use by all processes since the last report, 0 to 1.",
    source: "/proc/stat; elsewhere os.cpus()",
  },
  {
    from: "memoryTotal",
    name: "system.memory.total",
    unit: "byte",
    meaning: "Memory of the machine, also inside a container with a limit.",
    source: "/proc/meminfo MemTotal; elsewhere os.totalmem()",
  },
  {
    from: "memoryFree",
    name: "system.memory.actual.free",
    unit: "byte",
    meaning: "Memory of the machine that can be given to processes.",
    source: "/proc/meminfo MemAvailable, before Linux 3.14 MemFree + Buffers + Cached; elsewhere os.freemem()",
  },
  {
    from: "processCpu",
    name: "system.process.cpu.total.norm.pct",
    unit: "percent",
    meaning: "This process' share of the machine's CPU time since the last report, 0 to 1.",
    source: "/proc/self/stat utime + stime; elsewhere process.cpuUsage()",
  },
  {
    from: "processUserCpu",
    name: "system.process.cpu.user.norm.pct",
    unit: "percent",
    meaning: "The part of it spent in user mode.",
    source: "/proc/self/stat utime; elsewhere process.cpuUsage()",
  },
  {
    from: "processSystemCpu",
    name: "system.process.cpu.system.norm.pct",
    unit: "percent",
    meaning: "The part of it spent in the kernel.",
    source: "/proc/self/stat stime; elsewhere process.cpuUsage()",
  },
  {
    from: "processSize",
    name: "system.process.memory.size",
    unit: "byte",
    meaning: "Virtual memory of this process. Linux only.",
    source: "/proc/self/stat vsize",
  },
  {
    from: "processRss",
    name: "system.process.memory.rss.bytes",
    unit: "byte",
    meaning: "Memory of this process that is in RAM.",
    source: "process.memoryUsage.rss()",
  },
  {
    from: "cgroupMemoryLimit",
    name: "system.process.cgroup.memory.mem.limit.bytes",
    unit: "byte",
    meaning: "Memory limit of the process' cgroup; only where one is set.",
    source: "cgroup v2 memory.max; v1 memory.limit_in_bytes",
  },
  {
    from: "cgroupMemoryUsage",
    name: "system.process.cgroup.memory.mem.usage.bytes",
    unit: "byte",
    meaning: "Memory used by the process' cgroup, page cache included; only where a limit is set.",
    source: "cgroup v2 memory.current; v1 memory.usage_in_bytes",
  },
  {
    from: "cgroupCpuQuotaUs",
    name: "system.process.cgroup.cpu.cfs.quota.us",
    unit: "us",
    meaning: "CPU time the cgroup may use in a period; only where a quota is set, like all cgroup CPU metrics.",
    source: "cgroup v2 cpu.max; v1 cpu.cfs_quota_us",
  },
  {
    from: "cgroupCpuPeriodUs",
    name: "system.process.cgroup.cpu.cfs.period.us",
    unit: "us",
    meaning: "Length of a period.",
    source: "cgroup v2 cpu.max; v1 cpu.cfs_period_us",
  },
  {
    from: "cgroupCpuPeriods",
    name: "system.process.cgroup.cpu.stats.periods",
    unit: "count",
    meaning: "Periods since the cgroup was made.",
    source: "cpu.stat nr_periods",
  },
  {
    from: "cgroupCpuThrottledPeriods",
    name: "system.process.cgroup.cpu.stats.throttled.periods",
    unit: "count",
    meaning: "Periods in which the cgroup had used up its quota.",
    source: "cpu.stat nr_throttled",
  },
  {
    from: "cgroupCpuThrottledNs",
    name: "system.process.cgroup.cpu.stats.throttled.ns",
    unit: "nanos",
    meaning: "Time for which the cgroup was held back.",
    source: "cgroup v2 cpu.stat throttled_usec; v1 throttled_time",
  },
  {
    from: "cgroupCpuTotalNs",
    name: "system.process.cgroup.cpuacct.total.ns",
    unit: "nanos",
    meaning: "CPU time used by the cgroup since it was made.",
    source: "cgroup v2 cpu.stat usage_usec; v1 cpuacct.usage",
  },
];

/** Other places to read from, for tests. */
export interface CPUMetricSetOptions {
  platform?: NodeJS.Platform;
  env?: NodeJS.ProcessEnv;
  paths?: Partial<LinuxPaths>;
  source?: CPUSource;
}

/** CPU and memory of machine, process and cgroup (cpu-memory-cgroup.md). */
export class CPUMetricSet extends MetricSet {
  readonly source: CPUSource;

  constructor(registry: MetricsRegistry, options: CPUMetricSetOptions = {}) {
    super(registry);
    this.source = options.source ?? choose(registry, options);
  }

  override beforeCollect(): void {
    const reading = this.source.read();
    for (const { name, from } of CPU_METRICS) {
      const value = reading[from];
      // What cannot be read now is not sent now; an old value would be a lie (CPU-26). What never was there never gets a series.
      if (value !== undefined) this.gauge(name).set(value);
      else if (this.table.names[1]?.has(name)) this.gauge(name).clear();
    }
  }
}

/** CPU-1…CPU-3. */
function choose(registry: MetricsRegistry, options: CPUMetricSetOptions): CPUSource {
  const env = options.env ?? process.env;
  if ((options.platform ?? process.platform) !== "linux" || env.ELASTIC_APM_FORCE_PSUTIL_METRICS !== undefined)
    return portable();
  const { LinuxCPU } = require("./cpu/linux-cpu.js") as typeof import("./cpu/linux-cpu.js");
  const linux = new LinuxCPU(registry.logger, options.paths);
  return linux.works ? linux : portable();
}

function portable(): CPUSource {
  const { PortableCPU } = require("./cpu/portable-cpu.js") as typeof import("./cpu/portable-cpu.js");
  return new PortableCPU();
}
