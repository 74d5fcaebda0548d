import type { MetricSummary } from "@tidegauge/protocol/query";
import { customPanels } from "./custom.js";
import type { PanelLine, PanelSpec } from "./spec.js";

const avg = (metric: string, label: string, more: Partial<PanelLine> = {}): PanelLine => ({
  metric,
  aggregation: "avg",
  label,
  ...more,
});

/** A histogram with the label `kind`: minor, major, incremental, weakcb. */
const GC_DURATION = "nodejs.gc.duration.ms";

const CGROUP = "system.process.cgroup.";

/**
 * The totals of a cgroup run since it was made: what they grow by, over the periods that went by meanwhile. All processes of a container send the
 * same ones, so the greatest of a node is its latest.
 */
const PER_PERIOD = { how: "increases", metric: `${CGROUP}cpu.stats.periods`, aggregation: "max" } as const;

/** Totals of no use by themselves: the panels of the container's CPU say what they mean. */
const WITHIN_OTHERS = [`${CGROUP}cpu.cfs.period.us`, `${CGROUP}cpu.stats.throttled.ns`];

/** The panels every service can have (cpu-memory-cgroup.md §2.1, §2.6 and the sets beside them). */
const KNOWN_PANELS: readonly PanelSpec[] = [
  {
    id: "cpu",
    title: "CPU usage",
    section: "CPU and memory",
    description: "Share of all CPUs: the whole machine, and this service's processes.",
    lines: [
      avg("system.cpu.total.norm.pct", "system"),
      avg("system.process.cpu.total.norm.pct", "process", { style: "area" }),
    ],
  },
  {
    id: "process-cpu",
    title: "Process CPU, user and system",
    section: "CPU and memory",
    description: "CPU time in the application's own code and in the kernel on its behalf.",
    stacked: true,
    lines: [avg("system.process.cpu.user.norm.pct", "user"), avg("system.process.cpu.system.norm.pct", "system")],
  },
  {
    id: "system-memory",
    title: "System memory",
    section: "CPU and memory",
    description: "Memory of the machine that programs cannot get any more, against all there is.",
    lines: [
      avg("system.memory.total", "used", {
        style: "area",
        combine: { how: "minus", metric: "system.memory.actual.free", aggregation: "avg" },
      }),
      avg("system.memory.total", "total", { style: "limit" }),
    ],
  },
  {
    id: "process-memory",
    title: "Process memory",
    section: "CPU and memory",
    description:
      "Resident set: what the process occupies in RAM. The virtual size is hidden; Node reserves far more than it uses.",
    lines: [
      avg("system.process.memory.rss.bytes", "resident (RSS)", { style: "area" }),
      avg("system.process.memory.size", "virtual size", { startsHidden: true }),
    ],
  },
  {
    id: "cgroup-memory",
    title: "Container memory (cgroup)",
    section: "CPU and memory",
    description: "Usage counts the page cache. At the limit the kernel reclaims it, then kills.",
    lines: [
      avg("system.process.cgroup.memory.mem.usage.bytes", "usage", { style: "area" }),
      avg("system.process.cgroup.memory.mem.limit.bytes", "limit", { style: "limit" }),
    ],
  },
  {
    id: "cgroup-cpu",
    title: "Container CPU (cgroup)",
    section: "CPU and memory",
    description:
      "CPU time used in one of the periods the kernel counts by, mostly 100 ms, and what may be used in it. Two CPUs have twice a period's time.",
    lines: [
      {
        metric: `${CGROUP}cpuacct.total.ns`,
        aggregation: "max",
        label: "used in a period",
        style: "area",
        combine: PER_PERIOD,
        scale: 0.001,
      },
      avg(`${CGROUP}cpu.cfs.quota.us`, "limit", { style: "limit" }),
    ],
    unit: "us",
  },
  {
    id: "cgroup-throttled",
    title: "Container CPU held back",
    section: "CPU and memory",
    description: "Share of periods in which the container had used up its limit and had to wait for the next one.",
    unit: "percent",
    lines: [
      {
        metric: `${CGROUP}cpu.stats.throttled.periods`,
        aggregation: "max",
        label: "share of periods",
        style: "area",
        combine: PER_PERIOD,
      },
    ],
  },
  {
    id: "heap",
    title: "JavaScript heap",
    section: "CPU and memory",
    description: "A used heap whose low points keep rising is a leak.",
    lines: [
      avg("nodejs.memory.heap.used.bytes", "used", { style: "area" }),
      avg("nodejs.memory.heap.allocated.bytes", "allocated"),
    ],
  },
  {
    id: "event-loop-delay",
    title: "Event loop delay",
    section: "Node.js runtime",
    description: "How late timers run because something else held the thread.",
    lines: [
      avg("nodejs.eventloop.delay.avg.ms", "average", { style: "area" }),
      avg("nodejs.eventloop.delay.p50.ms", "p50"),
      { metric: "nodejs.eventloop.delay.p99.ms", aggregation: "max", label: "p99" },
    ],
  },
  {
    id: "event-loop-utilization",
    title: "Event loop utilisation",
    section: "Node.js runtime",
    description: "Share of time the thread was busy. Near 100 % it cannot take more work.",
    lines: [avg("nodejs.eventloop.utilization", "utilisation", { style: "area" })],
    unit: "percent",
  },
  {
    id: "handles",
    title: "Active handles and requests",
    section: "Node.js runtime",
    description: "Open sockets, timers and files, and operations under way. Steady growth is a leak.",
    lines: [avg("nodejs.handles.active", "handles", { style: "area" }), avg("nodejs.requests.active", "requests")],
  },
  {
    id: "gc-time",
    title: "Time in garbage collection",
    section: "Node.js runtime",
    description: "Share of time the thread stood still for the garbage collector, by kind of collection.",
    stacked: true,
    unit: "percent",
    lines: [
      {
        metric: GC_DURATION,
        aggregation: "sum",
        label: "share",
        groupBy: ["kind"],
        perSecond: true,
        scale: 0.001,
        missing: "zero",
      },
    ],
  },
  {
    id: "gc-pauses",
    title: "Garbage collection pauses",
    section: "Node.js runtime",
    description: "How long one collection takes; the longest per kind are what users feel.",
    lines: [{ metric: GC_DURATION, aggregation: "p99", label: "p99", groupBy: ["kind"], style: "dots" }],
  },
  {
    id: "external-memory",
    title: "Memory outside the heap",
    section: "Node.js runtime",
    description: "Buffers and other memory that JavaScript objects hold on to; array buffers are part of external.",
    lines: [
      avg("nodejs.memory.external.bytes", "external", { style: "area" }),
      avg("nodejs.memory.arrayBuffers.bytes", "array buffers"),
    ],
  },
];

/** The panels of a service with these metrics: the known ones it has, then one for each metric of its own. */
export function panelsFor(metrics: readonly MetricSummary[]): PanelSpec[] {
  const byName = new Map(metrics.map((metric) => [metric.name, metric]));
  const shown: PanelSpec[] = [];
  const used = new Set(WITHIN_OTHERS);
  for (const panel of KNOWN_PANELS) {
    for (const line of panel.lines) {
      used.add(line.metric);
      if (line.combine) used.add(line.combine.metric);
    }
    const lines = panel.lines.filter((line) => byName.has(line.metric));
    if (lines.length > 0) shown.push({ ...panel, lines });
  }
  return [...shown, ...customPanels(metrics.filter((metric) => !used.has(metric.name)))];
}
