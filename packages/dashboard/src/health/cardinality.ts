import type { LabelsResponse, MetricsResponse } from "@tidegauge/protocol/query";
import { getJson } from "../api/client.js";

/** A metric with many series, and the label that makes them. */
export interface Cardinality {
  metric: string;
  series: number;
  /** The label with the most values, null if it has none. */
  label: string | null;
  values: number;
}

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
      return { metric: name, series, ...widestLabel(answer?.labels ?? {}) };
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
