import type { PrometheusValue } from "./registry-source.js";

/** Labels of a value without the one that only structures its family; a copy, since the objects belong to the client (PROM-45). */
export function labelsWithout(value: PrometheusValue, structural: string): Record<string, string> {
  const labels: Record<string, string> = Object.create(null);
  for (const [key, label] of Object.entries(value.labels ?? {})) {
    if (key !== structural && label !== undefined) labels[key] = String(label);
  }
  return labels;
}

/** The entries of one label set of a histogram or summary. */
export interface ValueGroup {
  labels: Record<string, string>;
  buckets: { bound: number; cumulative: number }[];
  sum: number | undefined;
  count: number | undefined;
}

/** Puts the entries of a family together by labels, whatever their order (PROM-42). Quantiles have no metric name and are left out. */
export function groupValues(
  family: string,
  values: readonly PrometheusValue[],
  structural: "le" | "quantile",
): ValueGroup[] {
  const groups = new Map<string, ValueGroup>();
  for (const value of values) {
    if (value.metricName === undefined) continue;
    const labels = labelsWithout(value, structural);
    const key = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
    let group = groups.get(key);
    if (group === undefined) {
      group = { labels, buckets: [], sum: undefined, count: undefined };
      groups.set(key, group);
    }
    if (value.metricName === `${family}_sum`) group.sum = value.value;
    else if (value.metricName === `${family}_count`) group.count = value.value;
    else if (value.metricName === `${family}_bucket`) {
      const bound = boundOf(value.labels?.le);
      if (!Number.isNaN(bound)) group.buckets.push({ bound, cumulative: value.value });
    }
  }
  return [...groups.values()];
}

function boundOf(le: string | number | undefined): number {
  if (typeof le === "number") return le;
  return le === "+Inf" || le === "Inf" || le === "+Infinity" ? Number.POSITIVE_INFINITY : Number(le);
}

/** Ascending bounds with +Infinity at the end, and the observations of each bucket (PROM-30, PROM-34, PROM-43). */
export function bucketCounts(group: ValueGroup): { bounds: number[]; counts: number[] } {
  const buckets = group.buckets.toSorted((a, b) => a.bound - b.bound);
  const last = buckets.at(-1);
  if (last?.bound !== Number.POSITIVE_INFINITY) {
    buckets.push({ bound: Number.POSITIVE_INFINITY, cumulative: group.count ?? last?.cumulative ?? 0 });
  }
  const counts = buckets.map(({ cumulative }, index) => {
    const before = index === 0 ? 0 : (buckets[index - 1] as { cumulative: number }).cumulative;
    // A torn read can make a bucket smaller than the one before it.
    return Math.max(0, Math.round(cumulative - before)) || 0;
  });
  return { bounds: buckets.map(({ bound }) => bound), counts };
}
