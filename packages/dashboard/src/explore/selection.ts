import type { Aggregation, MetricKind, MetricSummary } from "@tidegauge/protocol/query";
import type { Query } from "../api/query.js";

/** How the explorer draws the answer. */
export const VIEWS = ["line", "stack", "heatmap"] as const;
export type View = (typeof VIEWS)[number];

/** What the explorer shows; all of it is in the URL. */
export interface Selection {
  service: string | undefined;
  metric: string | undefined;
  aggregation: Aggregation | undefined;
  groupBy: string[];
  /** `key:value` */
  filters: string[];
  view: View;
}

/** Whether the heat map is that of a histogram's buckets; for other metrics it has a row for each group. */
export function showsBuckets({ view }: Selection, { kind }: Pick<MetricSummary, "kind">): boolean {
  return view === "heatmap" && kind === "histogram";
}

/** Groups shown one by one; the rest is summed up. */
const GROUP_LIMIT = 10;

const GAUGE: readonly Aggregation[] = ["avg", "min", "max", "sum", "last", "count"];
const COUNTER: readonly Aggregation[] = ["rate", "sum", "last", "count"];
const HISTOGRAM: readonly Aggregation[] = ["p50", "p90", "p95", "p99", "avg", "count", "sum", "rate"];

/** The aggregations that make sense for a kind, the usual one first. */
export function aggregationsFor(kind: MetricKind): readonly Aggregation[] {
  if (kind === "gauge") return GAUGE;
  return kind === "histogram" ? HISTOGRAM : COUNTER;
}

/** What can be grouped and filtered by: the metric's labels, then the dimensions every series has. */
export function dimensionsFor(metric: MetricSummary | undefined, service: string | undefined): string[] {
  const common = ["service.node.name", "service.version", "service.environment", "host.name"];
  const breakdown = metric?.name.startsWith("span.self_time.")
    ? ["transaction.name", "transaction.type", "span.type", "span.subtype"]
    : [];
  const names = [
    ...(metric?.labels ?? []),
    ...breakdown,
    ...(service === undefined ? ["service.name"] : []),
    ...common,
  ];
  return [...new Set(names)];
}

/** Reads the URL's parameters. */
export function readSelection(parameters: URLSearchParams): Selection {
  const known: readonly Aggregation[] = [...GAUGE, ...COUNTER, ...HISTOGRAM];
  return {
    service: parameters.get("service") ?? undefined,
    metric: parameters.get("metric") ?? undefined,
    aggregation: known.find((aggregation) => aggregation === parameters.get("aggregation")),
    groupBy: parameters.getAll("by"),
    filters: parameters.getAll("filter").filter((filter) => filter.includes(":")),
    view: VIEWS.find((view) => view === parameters.get("view")) ?? "line",
  };
}

/** The query behind a selection, undefined while no metric is chosen. */
export function selectionQuery(
  selection: Selection,
  kind: MetricKind | undefined,
  times: { from: string; to: string },
): Query | undefined {
  if (selection.metric === undefined || kind === undefined) return undefined;
  const aggregation = selection.aggregation ?? (aggregationsFor(kind)[0] as Aggregation);
  return {
    ...times,
    metric: selection.metric,
    service: selection.service,
    aggregation,
    filters: selection.filters,
    ...(selection.groupBy.length > 0 ? { groupBy: selection.groupBy, limit: GROUP_LIMIT } : {}),
  };
}

/** The unit of what an aggregation makes of values in `unit`. */
export function aggregatedUnit(unit: string | null, kind: MetricKind, aggregation: Aggregation): string | null {
  if (aggregation === "count") return null;
  if (aggregation !== "rate") return unit;
  return kind === "histogram" ? "/s" : `${unit ?? ""}/s`;
}
