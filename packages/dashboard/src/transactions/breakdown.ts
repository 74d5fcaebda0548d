import type { BreakdownResponse, BreakdownSpan } from "@tidegauge/protocol/query";
import { getJson } from "../api/client.js";
import { ONE_STEP } from "../api/query.js";
import type { ChartData } from "../charts/data.js";
import { interpolateGaps } from "../charts/gaps.js";
import type { Scope } from "../panels/load.js";
import { secondsOf, type TransactionSummary } from "./summary.js";

/** Span types shown by name; the smaller ones are summed up as the rest. */
const MOST_TYPES = 8;

/** Loads the time spent by span type. Errors: `ApiError`. */
export function loadBreakdown(scope: Scope, transaction?: string, signal?: AbortSignal, step = "auto") {
  const parameters = { ...scope, transaction, step };
  return getJson<BreakdownResponse>("api/v1/breakdown", parameters, signal);
}

/** `db/postgresql`, `app`. */
function spanLabel(span: BreakdownSpan): string {
  return span.subtype === "" ? span.type : `${span.type}/${span.subtype}`;
}

/** The share of each span type in the self time of every step, as fractions that add up to 1. */
export function breakdownShares(answer: BreakdownResponse): ChartData {
  const times = [...new Set(answer.transactions.flatMap(({ spans }) => spans[0]?.points.map(([time]) => time) ?? []))];
  times.sort((a, b) => a - b);
  const position = new Map(times.map((time, index) => [time, index]));
  const sums = new Map<string, (number | null)[]>();
  for (const span of answer.transactions.flatMap(({ spans }) => spans)) {
    const label = spanLabel(span);
    const values = sums.get(label) ?? new Array<number | null>(times.length).fill(null);
    for (const [time, value] of span.points) {
      const index = position.get(time);
      if (value !== null && index !== undefined) values[index] = (values[index] ?? 0) + value;
    }
    sums.set(label, values);
  }
  const total = times.map((_, index) => addAt([...sums.values()], index));
  const ranked = [...sums].sort((a, b) => sumOf(b[1]) - sumOf(a[1]));
  const kept = ranked.slice(0, MOST_TYPES);
  const rest = ranked.slice(MOST_TYPES).map(([, values]) => values);
  if (rest.length > 0) kept.push(["other", times.map((_, index) => addAt(rest, index))]);
  return {
    times,
    fromMs: answer.from,
    toMs: answer.to,
    stepMs: answer.step,
    unit: "percent",
    series: kept.map(([label, values]) => ({
      id: label === "other" ? "_other" : label,
      label,
      style: "area",
      values: interpolateGaps(values.map((value, index) => shareOf(value, total[index] ?? null))),
    })),
  };
}

/** A type absent from a step that others have took no time in it. */
function shareOf(value: number | null, total: number | null): number | null {
  if (total === null || total === 0) return null;
  return (value ?? 0) / total;
}

function addAt(columns: readonly (readonly (number | null)[])[], index: number): number | null {
  let sum: number | null = null;
  for (const column of columns) {
    const value = column[index];
    if (value !== null && value !== undefined) sum = (sum ?? 0) + value;
  }
  return sum;
}

function sumOf(values: readonly (number | null)[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

/** One span type over the whole range. */
export interface SpanSummary {
  label: string;
  /** Spans in one run of the transaction, on average. */
  perTransaction: number | null;
  /** Self time of one span, microseconds. */
  meanUs: number | null;
  /** Fraction of all self time, 0 to 1. */
  share: number;
}

/** The span types of all transactions of the answer, the one with the most time first. */
export function summarizeSpans(answer: BreakdownResponse): SpanSummary[] {
  const totals = new Map<string, { count: number; sumUs: number }>();
  let transactions = 0;
  let sumUs = 0;
  for (const transaction of answer.transactions) {
    transactions += transaction.count;
    for (const span of transaction.spans) {
      const total = totals.get(spanLabel(span)) ?? { count: 0, sumUs: 0 };
      total.count += span.count;
      total.sumUs += span.sumUs;
      sumUs += span.sumUs;
      totals.set(spanLabel(span), total);
    }
  }
  return [...totals]
    .map(([label, total]) => ({
      label,
      perTransaction: transactions === 0 ? null : total.count / transactions,
      meanUs: total.count === 0 ? null : total.sumUs / total.count,
      share: sumUs === 0 ? 0 : total.sumUs / sumUs,
    }))
    .sort((a, b) => b.share - a.share);
}

/**
 * Loads the table of transactions of an agent that sends no durations, as Elastic's do: from the breakdown one knows how
 * many ran and the self time of all their spans, which is the mean of a run; not the percentiles, not the failures.
 * Errors: `ApiError`.
 */
export async function loadTransactionTimes(
  scope: Scope,
  firstSeenMs: number,
  signal?: AbortSignal,
): Promise<TransactionSummary[]> {
  const { from, to, transactions } = await loadBreakdown(scope, undefined, signal, ONE_STEP);
  const seconds = secondsOf({ from, to }, firstSeenMs);
  const total = transactions.reduce((sum, { sumUs }) => sum + sumUs, 0);
  return transactions
    .filter(({ count }) => count > 0)
    .map(({ name, type, count, sumUs }) => ({
      name,
      type,
      ...(name === "_other" ? { rest: true } : {}),
      count,
      rate: count / seconds,
      meanUs: sumUs / count,
      p95Us: null,
      errors: null,
      share: total === 0 ? 0 : sumUs / total,
    }));
}
