import type { Aggregation, QueryResponse, QuerySeries } from "@tidegauge/protocol/query";
import { runQuery } from "../api/query.js";
import { labelOf } from "../panels/labels.js";
import type { Scope } from "../panels/load.js";
import { NAME_LABEL, OUTCOME_LABEL, TRANSACTION_DURATION, TYPE_LABEL } from "./panels.js";

/** One row of the transactions table, over the whole time range. */
export interface TransactionSummary {
  name: string;
  type: string;
  count: number;
  /** A second. */
  rate: number;
  meanUs: number | null;
  p95Us: number | null;
  /** Fraction of failures, 0 to 1. */
  errors: number;
  /** Fraction of the time spent in all transactions. */
  share: number;
}

/** Longer than any range: the whole range is then one step, and percentiles are exact over it. */
const ONE_STEP = "36500d";

/**
 * Loads the table. Errors: `ApiError`.
 *
 * @param firstSeenMs when the service's first transactions were reported: before that there was no time to have a rate in
 */
export async function loadTransactions(
  scope: Scope,
  firstSeenMs: number,
  signal?: AbortSignal,
): Promise<TransactionSummary[]> {
  const ask = (aggregation: Aggregation, ...more: string[]) =>
    runQuery(
      {
        ...scope,
        metric: TRANSACTION_DURATION,
        aggregation,
        groupBy: [NAME_LABEL, TYPE_LABEL, ...more],
        step: ONE_STEP,
      },
      signal,
    );
  const [counts, means, p95s] = await Promise.all([ask("count", OUTCOME_LABEL), ask("avg"), ask("p95")]);
  return summarize(counts, means, p95s, firstSeenMs);
}

/** Joins the three answers; rows are sorted by their share of the time. */
export function summarize(
  counts: QueryResponse,
  means: QueryResponse,
  p95s: QueryResponse,
  firstSeenMs: number,
): TransactionSummary[] {
  const seconds = Math.max(1, (counts.to - Math.max(counts.from, firstSeenMs)) / 1000);
  const rows = new Map<string, TransactionSummary & { failures: number }>();
  for (const series of counts.series) {
    const key = keyOf(series);
    const row = rows.get(key) ?? {
      name: labelOf(series.labels, "transaction.name"),
      type: labelOf(series.labels, "transaction.type"),
      count: 0,
      rate: 0,
      meanUs: null,
      p95Us: null,
      errors: 0,
      share: 0,
      failures: 0,
    };
    const count = series.points.reduce((sum, [, value]) => sum + (value ?? 0), 0);
    row.count += count;
    if (labelOf(series.labels, "event.outcome") === "failure") row.failures += count;
    rows.set(key, row);
  }
  for (const series of means.series) assign(rows.get(keyOf(series)), "meanUs", series);
  for (const series of p95s.series) assign(rows.get(keyOf(series)), "p95Us", series);
  const list = [...rows.values()].filter((row) => row.count > 0);
  const timeOf = (row: TransactionSummary) => (row.meanUs ?? 0) * row.count;
  const total = list.reduce((sum, row) => sum + timeOf(row), 0);
  return list
    .map(({ failures, ...row }) => ({
      ...row,
      rate: row.count / seconds,
      errors: failures / row.count,
      share: total === 0 ? 0 : timeOf(row) / total,
    }))
    .sort((a, b) => b.share - a.share);
}

function keyOf({ labels }: QuerySeries): string {
  return JSON.stringify([labelOf(labels, "transaction.name"), labelOf(labels, "transaction.type")]);
}

function assign(row: TransactionSummary | undefined, field: "meanUs" | "p95Us", series: QuerySeries): void {
  const value = series.points.findLast(([, candidate]) => candidate !== null)?.[1];
  if (row && value !== undefined) row[field] = value;
}
