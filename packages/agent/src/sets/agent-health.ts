import { MetricSet } from "../metricset.js";
import type { MetricsRegistry } from "../registry.js";
import type { MetricRow } from "./metric-row.js";

/** The metrics of the set; label sets differ, so the two names that are not on Elastic's list never share a metricset with the others (SRV-60). */
export const AGENT_HEALTH_METRICS: readonly MetricRow[] = [
  {
    name: "agent.events.total",
    unit: "count",
    meaning: "Events the agent meant to send since the last report.",
    source: "the transport",
    labels: ["event_type"],
  },
  {
    name: "agent.events.dropped",
    unit: "count",
    meaning:
      "Events lost since the last report: `queue` before they were sent (queue full, too large, closed), `error` after (rejected, spool full).",
    source: "the transport",
    labels: ["reason"],
  },
  {
    name: "agent.events.queue.min_size.pct",
    unit: "percent",
    meaning: "Smallest part of `max_queue_size` in use since the last report, 0 to 1.",
    source: "the transport",
    labels: ["queue_name"],
  },
  {
    name: "agent.events.queue.max_size.pct",
    unit: "percent",
    meaning: "Largest part of `max_queue_size` in use since the last report; 1 when events were dropped.",
    source: "the transport",
    labels: ["queue_name"],
  },
  {
    name: "agent.events.requests.count",
    unit: "count",
    meaning: "Requests to the server since the last report; success is true for a 2xx answer.",
    source: "the transport",
    labels: ["success"],
  },
  {
    name: "agent.events.requests.bytes",
    unit: "byte",
    meaning: "Bytes of these requests as sent.",
    source: "the transport",
    labels: ["success"],
  },
  {
    name: "agent.events.spooled",
    unit: "count",
    meaning: "Events that wait in `spool_dir` until the server takes them; sent once there were any.",
    source: "the transport",
  },
  {
    name: "agent.series.overflow",
    unit: "count",
    meaning:
      'Writes past the series limit of a metric set, counted under overflow="true" or refused, since the last report.',
    source: "the metric sets",
    labels: ["set"],
  },
];

/** Requests since the start, and their bodies' bytes as sent. */
interface RequestFigures {
  readonly requests: number;
  readonly bytes: number;
}

/** A transport that keeps figures about itself; those of users' tests do not. */
type ReportingTransport = MetricsRegistry["transport"] & {
  health?(): { readonly succeeded: RequestFigures; readonly failed: RequestFigures };
  /** Extremes of the queue's share in use since the last call. */
  takeQueueExtremes?(): { readonly minPct: number; readonly maxPct: number };
};

/** What the agent does to what it measures: sent, lost, refused (wire-and-transport.md §7.11, W-80, W-93). Id `agent`. */
export class AgentHealthMetricSet extends MetricSet {
  private readonly transport: ReportingTransport;
  /** Totals at the last report, by metric and label value. */
  private readonly reported = new Map<string, number>();
  /** The same of each set, since several may have one name: a class of the same name in two modules, or minified classes. */
  private readonly overflowed = new WeakMap<MetricSet, number>();
  private hasSpooled = false;

  constructor(registry: MetricsRegistry) {
    super(registry);
    this.transport = registry.transport;
  }

  override beforeCollect(): void {
    const { recorded, dropped, spooled } = this.transport.stats();
    this.total("agent.events.total", "event_type", "metricset", recorded);
    this.total("agent.events.dropped", "reason", "queue", dropped.queueFull + dropped.tooLarge + dropped.closed);
    this.total("agent.events.dropped", "reason", "error", dropped.rejected + dropped.spoolFull);
    this.hasSpooled ||= spooled > 0;
    if (this.hasSpooled) this.gauge("agent.events.spooled").set(spooled);
    const extremes = this.transport.takeQueueExtremes?.();
    if (extremes !== undefined) {
      this.gauge("agent.events.queue.min_size.pct", { queue_name: "generic" }).set(extremes.minPct);
      this.gauge("agent.events.queue.max_size.pct", { queue_name: "generic" }).set(extremes.maxPct);
    }
    const health = this.transport.health?.();
    if (health !== undefined) {
      for (const [success, figures] of [
        ["true", health.succeeded],
        ["false", health.failed],
      ] as const) {
        this.total("agent.events.requests.count", "success", success, figures.requests);
        this.total("agent.events.requests.bytes", "success", success, figures.bytes);
      }
    }
    for (const set of this.registry.metricSets()) {
      const { overflowed } = set.table;
      this.grown("agent.series.overflow", "set", set.id, overflowed - (this.overflowed.get(set) ?? 0));
      this.overflowed.set(set, overflowed);
    }
  }

  /** Adds what a total has grown by since the last report (W-81). */
  private total(name: string, label: string, value: string, total: number): void {
    const key = `${name} ${value}`;
    this.grown(name, label, value, total - (this.reported.get(key) ?? 0));
    this.reported.set(key, total);
  }

  private grown(name: string, label: string, value: string, by: number): void {
    if (by !== 0) this.counter(name, { [label]: value }, { resetOnCollect: true }).inc(by);
  }
}
