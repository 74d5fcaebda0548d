import { MetricSet } from "../metricset.js";
import type { MetricsRegistry } from "../registry.js";
import type { LoopDelay } from "./loop-delay.js";
import type { MetricRow } from "./metric-row.js";

/** The metrics of the set: gauges, all on Elastic's internal list. */
export const NODE_RUNTIME_METRICS: readonly MetricRow[] = [
  {
    name: "nodejs.handles.active",
    unit: "count",
    meaning: "Open handles: sockets, timers, servers. The agent's own are included.",
    source: "process._getActiveHandles()",
  },
  {
    name: "nodejs.requests.active",
    unit: "count",
    meaning: "Requests the event loop waits for.",
    source: "process._getActiveRequests()",
  },
  {
    name: "nodejs.eventloop.delay.avg.ms",
    unit: "ms",
    meaning: "Mean delay of the event loop since the last report.",
    source: "perf_hooks.monitorEventLoopDelay()",
  },
  {
    name: "nodejs.memory.heap.allocated.bytes",
    unit: "byte",
    meaning: "Heap that V8 has taken from the system.",
    source: "process.memoryUsage().heapTotal",
  },
  {
    name: "nodejs.memory.heap.used.bytes",
    unit: "byte",
    meaning: "Heap in use, garbage not yet collected included.",
    source: "process.memoryUsage().heapUsed",
  },
  {
    name: "nodejs.memory.external.bytes",
    unit: "byte",
    meaning: "Memory of native objects held by JavaScript objects.",
    source: "process.memoryUsage().external",
  },
  {
    name: "nodejs.memory.arrayBuffers.bytes",
    unit: "byte",
    meaning: "Memory of buffers; a part of the external memory.",
    source: "process.memoryUsage().arrayBuffers",
  },
];

/** Functions of `process` that its types leave out. */
interface Internals {
  _getActiveHandles?: () => unknown[];
  _getActiveRequests?: () => unknown[];
}

/** Node.js itself (cpu-memory-cgroup.md §2.6). Id `nodejs`. */
export class NodeRuntimeMetricSet extends MetricSet {
  private readonly delay: LoopDelay;
  private readonly internals: Internals;

  constructor(registry: MetricsRegistry, internals: Internals = process as unknown as Internals) {
    super(registry);
    this.internals = internals;
    const { LoopDelay } = require("./loop-delay.js") as typeof import("./loop-delay.js");
    this.delay = LoopDelay.for(registry, this);
  }

  override beforeCollect(): void {
    const { _getActiveHandles: handles, _getActiveRequests: requests } = this.internals;
    this.gauge("nodejs.handles.active").set(
      handles === undefined ? activeResources() : handles.call(this.internals).length,
    );
    this.gauge("nodejs.requests.active").set(requests === undefined ? 0 : requests.call(this.internals).length);
    this.gauge("nodejs.eventloop.delay.avg.ms").set(this.delay.read(this).avg);
    const memory = process.memoryUsage();
    this.gauge("nodejs.memory.heap.allocated.bytes").set(memory.heapTotal);
    this.gauge("nodejs.memory.heap.used.bytes").set(memory.heapUsed);
    this.gauge("nodejs.memory.external.bytes").set(memory.external);
    this.gauge("nodejs.memory.arrayBuffers.bytes").set(memory.arrayBuffers ?? 0);
  }

  override close(): void {
    this.delay.release(this);
  }
}

/** RT-1: the public list only where the private function is gone. */
function activeResources(): number {
  return process.getActiveResourcesInfo?.().length ?? 0;
}
