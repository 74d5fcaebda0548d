import type { EventLoopUtilization, PerformanceObserver } from "node:perf_hooks";
import { MetricSet } from "../metricset.js";
import type { MetricsRegistry } from "../registry.js";
import type { LoopDelay } from "./loop-delay.js";
import type { MetricRow } from "./metric-row.js";

/** Node's own, since jsdom's global `performance` has none; loaded with the first set, not with the package. */
const utilization = (now?: EventLoopUtilization, before?: EventLoopUtilization): EventLoopUtilization =>
  process.getBuiltinModule("node:perf_hooks").performance.eventLoopUtilization(now, before);

/** The metrics of the set. None is on Elastic's internal list, and one foreign name moves a whole metricset, hence a set of its own (SRV-60). */
export const EVENT_LOOP_METRICS: readonly MetricRow[] = [
  {
    name: "nodejs.eventloop.utilization",
    unit: "percent",
    meaning: "Share of the time since the last report in which the event loop was busy, 0 to 1.",
    source: "performance.eventLoopUtilization()",
  },
  {
    name: "nodejs.eventloop.delay.p50.ms",
    unit: "ms",
    meaning: "Median delay of the event loop since the last report.",
    source: "perf_hooks.monitorEventLoopDelay()",
  },
  {
    name: "nodejs.eventloop.delay.p99.ms",
    unit: "ms",
    meaning: "99th percentile of the delay of the event loop since the last report.",
    source: "perf_hooks.monitorEventLoopDelay()",
  },
  {
    name: "nodejs.gc.duration.ms",
    unit: "ms",
    meaning: "Histogram of the garbage collections since the last report; kind is minor, major, incremental or weakcb.",
    source: "PerformanceObserver gc",
    labels: ["kind"],
  },
];

const GC_BOUNDS_MS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000];
function gcKinds(): ReadonlyMap<number, string> {
  const { constants } = process.getBuiltinModule("node:perf_hooks");
  return new Map([
    [constants.NODE_PERFORMANCE_GC_MINOR, "minor"],
    [constants.NODE_PERFORMANCE_GC_MAJOR, "major"],
    [constants.NODE_PERFORMANCE_GC_INCREMENTAL, "incremental"],
    [constants.NODE_PERFORMANCE_GC_WEAKCB, "weakcb"],
  ]);
}

/** What is used of a performance entry of type gc. */
interface Entry {
  readonly duration: number;
  readonly detail?: { readonly kind?: number } | unknown;
}

/** Utilisation and delay of the event loop, and what garbage collection takes. Id `eventloop`. */
export class EventLoopMetricSet extends MetricSet {
  private readonly delay: LoopDelay;
  private readonly kinds = gcKinds();
  private readonly observer: PerformanceObserver;
  private readonly durations = this.histograms("nodejs.gc.duration.ms", ["kind"], {
    resetOnCollect: true,
    buckets: GC_BOUNDS_MS,
  });
  private before: EventLoopUtilization = utilization();

  constructor(registry: MetricsRegistry) {
    super(registry);
    const { LoopDelay } = require("./loop-delay.js") as typeof import("./loop-delay.js");
    this.delay = LoopDelay.for(registry, this);
    this.observer = new (process.getBuiltinModule("node:perf_hooks").PerformanceObserver)((list) =>
      this.record(list.getEntries()),
    );
    this.observer.observe({ entryTypes: ["gc"] });
  }

  override beforeCollect(): void {
    this.record(this.observer.takeRecords());
    const now = utilization();
    this.gauge("nodejs.eventloop.utilization").set(utilization(now, this.before).utilization || 0);
    this.before = now;
    const { p50, p99 } = this.delay.read(this);
    this.gauge("nodejs.eventloop.delay.p50.ms").set(p50);
    this.gauge("nodejs.eventloop.delay.p99.ms").set(p99);
  }

  private record(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const kind = (entry.detail as { kind?: number } | undefined)?.kind;
      this.durations.with(this.kinds.get(kind ?? -1) ?? "unknown").update(entry.duration);
    }
  }

  override close(): void {
    this.observer.disconnect();
    this.delay.release(this);
  }
}
