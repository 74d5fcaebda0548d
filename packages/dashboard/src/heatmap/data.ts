import type { BucketsResponse } from "@tidegauge/protocol/query";
import { apiUrl, getJson, type Parameters } from "../api/client.js";
import type { ChartData } from "../charts/data.js";
import { formatValue } from "../format/unit.js";
import { layOutRows, type RowLayout } from "./rows.js";

/** One call of `/api/v1/buckets`, in the words of the page. */
export interface BucketsQuery {
  metric: string;
  service?: string | undefined;
  environment?: string | undefined;
  node?: string | undefined;
  /** `key:value`, all must match. */
  filters?: readonly string[];
  from: string;
  to: string;
}

/** What a heat map draws. */
export interface HeatmapData {
  answer: BucketsResponse;
  layout: RowLayout;
  /** Observations in the whole window, and in its fullest cell. */
  total: number;
  largest: number;
}

function parametersOf({ metric, service, environment, node, from, to, filters }: BucketsQuery): Parameters {
  return { metric, service, environment, node, from, to, step: "auto", filter: filters };
}

/** The call's address relative to the page, for showing and copying. */
export function bucketsUrl(query: BucketsQuery): string {
  return apiUrl("api/v1/buckets", parametersOf(query));
}

/** Asks for the buckets. Errors: `ApiError`. */
export async function loadHeatmap(query: BucketsQuery, signal?: AbortSignal): Promise<HeatmapData> {
  return heatmapOf(await getJson<BucketsResponse>("api/v1/buckets", parametersOf(query), signal));
}

/** What is to be drawn of an answer. */
export function heatmapOf(answer: BucketsResponse): HeatmapData {
  let total = 0;
  let largest = 0;
  for (const [, counts] of answer.points) {
    for (const count of counts ?? []) {
      total += count;
      if (count > largest) largest = count;
    }
  }
  return { answer, layout: layOutRows(answer.buckets), total, largest };
}

/** A bucket in words: from the lower to the upper edge of its row. */
export function bucketLabel({ answer, layout }: HeatmapData, row: number): string {
  const place = layout.rows[row];
  const bucket = answer.buckets[row];
  if (place === undefined || bucket === undefined) return "–";
  if (layout.scale === "log" && bucket.high === 0) return formatValue(0, answer.unit);
  const [low, high] = [place.bottom, place.top].map((edge) => formatValue(layout.toValue(edge), answer.unit));
  return `${low} – ${high}`;
}

/** The same as a table: a column a bucket, from the least; `label` names the columns. */
export function heatmapTable(data: HeatmapData, label: (row: number) => string): ChartData {
  const { answer } = data;
  return {
    times: answer.points.map(([time]) => time),
    fromMs: answer.from,
    toMs: answer.to,
    stepMs: answer.step,
    unit: null,
    series: answer.buckets.map(({ low, high }, row) => ({
      id: `${low} ${high}`,
      label: label(row),
      values: answer.points.map(([, counts]) => counts?.[row] ?? null),
      style: "line",
    })),
  };
}
