import type { Aggregation, QueryResponse, QuerySeries } from "@tidegauge/protocol/query";
import { ONE_STEP, runQuery } from "../api/query.js";
import { labelOf } from "../panels/labels.js";
import type { Scope } from "../panels/load.js";
import { NAME_LABEL, OUTCOME_LABEL, TRANSACTION_DURATION, TYPE_LABEL } from "./panels.js";

/** One row of the transactions table, over the whole time range. */
export interface TransactionSummary {
  name: string;
  /** All transactions that have no row of their own; what cannot be told of them is null. */
  rest?: true;
  type: string;
  count: number;
  /** A second. */
  rate: number;
  meanUs: number | null;
  p95Us: number | null;
  /** Fraction of failures, 0 to 1. */
  errors: number | null;
  /** Fraction of the time spent in all transactions. */
  share: number;
}

/** The most groups the server answers; it joins the smaller ones as `_other`. Without a limit more are an error. */
const MOST_GROUPS = 1000;

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
        limit: MOST_GROUPS,
      },
      signal,
    );
  const [counts, sums, p95s] = await Promise.all([ask("count", OUTCOME_LABEL), ask("sum"), ask("p95")]);
  return summarize(counts, sums, p95s, firstSeenMs);
}

/** The seconds of a range in which there was something to report, at least one. */
export function secondsOf({ from, to }: Pick<QueryResponse, "from" | "to">, firstSeenMs: number): number {
  return Math.max(1, (to - Math.max(from, firstSeenMs)) / 1000);
}

/** Joins the three answers: how many, their time in microseconds, their percentile. Rows are sorted by their share of the time. */
export function summarize(
  counts: QueryResponse,
  sums: QueryResponse,
  p95s: QueryResponse,
  firstSeenMs: number,
): TransactionSummary[] {
  const seconds = secondsOf(counts, firstSeenMs);
  const times = new Map(sums.series.map((series) => [keyOf(series), lastOf(series)]));
  const percentiles = new Map(p95s.series.map((series) => [keyOf(series), lastOf(series)]));
  const total = [...times.values()].reduce<number>((sum, time) => sum + (time ?? 0), 0);
  const rows = countRows(counts);
  const own = [...rows].filter(([key, { count }]) => key !== REST && count > 0);
  const list = own.map(([key, { name, type, count, failures }]): TransactionSummary => {
    const time = times.get(key) ?? null;
    return {
      name,
      type,
      count,
      rate: count / seconds,
      meanUs: time === null ? null : time / count,
      p95Us: percentiles.get(key) ?? null,
      errors: failures / count,
      share: total === 0 ? 0 : (time ?? 0) / total,
    };
  });
  const count = rows.get(REST)?.count ?? 0;
  if (count > 0) {
    // The three answers join different groups, so the rest is what the rows leave of the total.
    const time = Math.max(0, total - own.reduce((sum, [key]) => sum + (times.get(key) ?? 0), 0));
    const unknown = { meanUs: time / count, p95Us: null, errors: null, share: total === 0 ? 0 : time / total };
    list.push({ name: "other", type: "", rest: true, count, rate: count / seconds, ...unknown });
  }
  return list.sort((a, b) => b.share - a.share);
}

interface Counted {
  name: string;
  type: string;
  count: number;
  failures: number;
}

function countRows(counts: QueryResponse): Map<string, Counted> {
  const rows = new Map<string, Counted>();
  for (const series of counts.series) {
    const key = keyOf(series);
    const { labels } = series;
    const name = labelOf(labels, "transaction.name");
    const row = rows.get(key) ?? { name, type: labelOf(labels, "transaction.type"), count: 0, failures: 0 };
    const count = series.points.reduce((sum, [, value]) => sum + (value ?? 0), 0);
    row.count += count;
    if (labelOf(labels, "event.outcome") === "failure") row.failures += count;
    rows.set(key, row);
  }
  return rows;
}

/** The key of `_other`, which is no JSON. */
const REST = "_other";

function keyOf({ labels }: QuerySeries): string {
  if (labels._other === "true") return REST;
  return JSON.stringify([labelOf(labels, "transaction.name"), labelOf(labels, "transaction.type")]);
}

function lastOf({ points }: QuerySeries): number | null {
  return points.findLast(([, value]) => value !== null)?.[1] ?? null;
}
