import type { LabelsResponse, MetricsResponse } from "@tidegauge/protocol/query";
import { getJson } from "../api/client.js";

/** A metric with many series, and the label that makes them. */
export interface Cardinality {
  metric: string;
  series: number;
  /** The label with the most values, null if it has none. */
  label: string | null;
  values: number;
  /** Whether a metric set has met its limit with it: what came later is counted together (REG-37). */
  overflows: boolean;
}

/** The label of the series that takes the writes past the limit. */
const OVERFLOW_LABEL = "overflow";

/** Metrics looked at in detail. */
const MOST = 8;

/** The metrics with the most series, over all services. Errors: `ApiError`. */
export async function loadCardinality(signal?: AbortSignal): Promise<Cardinality[]> {
  const { metrics } = await getJson<MetricsResponse>("api/v1/metrics", {}, signal);
  const largest = [...metrics].sort((a, b) => b.series - a.series).slice(0, MOST);
  return Promise.all(
    largest.map(async ({ name, series, labels }) => {
      const answer =
        labels.length === 0 ? undefined : await getJson<LabelsResponse>("api/v1/labels", { metric: name }, signal);
      const { [OVERFLOW_LABEL]: overflow, ...own } = answer?.labels ?? {};
      return { metric: name, series, ...widestLabel(own), overflows: overflow?.includes("true") ?? false };
    }),
  );
}

/** The label with the most values. */
export function widestLabel(labels: Record<string, string[]>): { label: string | null; values: number } {
  let widest: { label: string | null; values: number } = { label: null, values: 0 };
  for (const [label, values] of Object.entries(labels)) {
    if (values.length > widest.values) widest = { label, values: values.length };
  }
  return widest;
}
