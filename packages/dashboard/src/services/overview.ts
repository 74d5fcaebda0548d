import type { QueryResponse } from "@tidegauge/protocol/query";
import { ApiError } from "../api/client.js";
import { ONE_STEP, type Query, runQuery } from "../api/query.js";
import { lastValue } from "../charts/data.js";
import { labelOf } from "../panels/labels.js";
import { elapsedMs } from "../panels/load.js";
import { OUTCOME_LABEL, TRANSACTION_DURATION } from "../transactions/panels.js";
import { heapTrend } from "./heapTrend.js";

/** A number of the services table and how it went. */
export interface Trend {
  value: number | null;
  values: (number | null)[];
}

/** What the table shows beside the service's own facts. */
export interface ServiceOverview {
  /** Transactions a second. */
  throughput: Trend;
  /** Microseconds. */
  p95: Trend;
  /** Fraction of failures, 0 to 1. */
  errors: Trend;
  /** Fraction of all CPUs, mean over the processes. */
  cpu: Trend;
  /** Resident bytes, mean over the processes. */
  memory: Trend;
  /** Bytes an hour by which the heap's low points rise, null if they do not (see {@link heapTrend}). */
  heapGrowth: number | null;
  /** Writes that went past the limit of series. */
  overflowed: number;
}

/** The columns that are a number with a line. */
export type TrendColumn = "throughput" | "p95" | "errors" | "cpu" | "memory";

const NOTHING: Trend = { value: null, values: [] };

/** The most groups the server answers; services beyond it have dashes, and without a limit none would have numbers. */
const MOST_GROUPS = 1000;

/** The columns' queries, one for all services each. */
const QUERIES = {
  counts: { metric: TRANSACTION_DURATION, aggregation: "count", groupBy: ["service.name", OUTCOME_LABEL] },
  /** Percentiles cannot be joined: that of the range is asked for beside those of its steps. */
  p95: { metric: TRANSACTION_DURATION, aggregation: "p95", groupBy: ["service.name"], step: ONE_STEP },
  p95Steps: { metric: TRANSACTION_DURATION, aggregation: "p95", groupBy: ["service.name"] },
  cpu: { metric: "system.process.cpu.total.norm.pct", aggregation: "avg", groupBy: ["service.name"] },
  memory: { metric: "system.process.memory.rss.bytes", aggregation: "avg", groupBy: ["service.name"] },
  heap: { metric: "nodejs.memory.heap.used.bytes", aggregation: "min", groupBy: ["service.name"] },
  overflow: { metric: "agent.series.overflow", aggregation: "sum", groupBy: ["service.name"] },
} as const satisfies Record<string, Omit<Query, "from" | "to">>;

/** A query behind one or two columns of the table. */
export type OverviewQuery = keyof typeof QUERIES;

/** Runs one of them; null if no service has the metric. Errors: `ApiError`. */
export function loadOverview(
  name: OverviewQuery,
  times: Pick<Query, "from" | "to">,
  signal?: AbortSignal,
): Promise<QueryResponse | null> {
  return orNothing(runQuery({ ...times, limit: MOST_GROUPS, ...QUERIES[name] }, signal));
}

/** No service has the metric: that is a column of dashes, not an error of the page. */
async function orNothing(answer: Promise<QueryResponse>): Promise<QueryResponse | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

/** Answers that are there; the others' columns stay empty. */
export type OverviewAnswers = Partial<Record<OverviewQuery, QueryResponse | null | undefined>>;

/** Joins the answers by service name. `firstSeenMs`: when each service was first heard of; before that it had no time to have a rate in. */
export function joinOverview(
  { counts, p95, p95Steps, cpu, memory, heap, overflow }: OverviewAnswers,
  firstSeenMs: ReadonlyMap<string, number>,
): Map<string, ServiceOverview> {
  const overview = new Map<string, ServiceOverview>();
  const of = (name: string): ServiceOverview => {
    let entry = overview.get(name);
    if (entry === undefined) {
      const trends = { throughput: NOTHING, p95: NOTHING, errors: NOTHING, cpu: NOTHING, memory: NOTHING };
      entry = { ...trends, heapGrowth: null, overflowed: 0 };
      overview.set(name, entry);
    }
    return entry;
  };
  forEachSeries(p95, (name, values) => {
    of(name).p95 = { value: lastValue(values), values: [] };
  });
  forEachSeries(p95Steps, (name, values) => {
    of(name).p95 = { ...of(name).p95, values };
  });
  forEachSeries(cpu, (name, values) => {
    of(name).cpu = { value: mean(values), values };
  });
  forEachSeries(memory, (name, values) => {
    of(name).memory = { value: lastValue(values), values };
  });
  for (const { labels, points } of heap?.series ?? []) {
    of(labelOf(labels, "service.name")).heapGrowth = heapTrend(points);
  }
  forEachSeries(overflow, (name, values) => {
    of(name).overflowed = values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  });
  if (counts)
    for (const [name, own] of countsByService(counts)) addCounts(of(name), counts, own, firstSeenMs.get(name) ?? 0);
  return overview;
}

function forEachSeries(
  answer: QueryResponse | null | undefined,
  visit: (name: string, values: (number | null)[]) => void,
): void {
  for (const { labels, points } of answer?.series ?? []) {
    visit(
      labelOf(labels, "service.name"),
      points.map(([, value]) => value),
    );
  }
}

interface Counts {
  total: (number | null)[];
  failed: number[];
  /** Epoch milliseconds up to which they are counted. */
  untilMs: number;
}

function countsByService(answer: QueryResponse): Map<string, Counts> {
  const services = new Map<string, Counts>();
  const complete = new Set<string>();
  for (const { labels, points } of answer.series) {
    if (points.some(([time, value]) => value !== null && time + answer.step <= answer.to))
      complete.add(labelOf(labels, "service.name"));
  }
  for (const { labels, points } of answer.series) {
    const name = labelOf(labels, "service.name");
    const hasComplete = complete.has(name);
    const last = answer.series[0]?.points.at(-1)?.[0] ?? answer.to;
    const untilMs = hasComplete && last + answer.step > answer.to ? last : answer.to;
    const counts = services.get(name) ?? { total: points.map(() => null), failed: points.map(() => 0), untilMs };
    points.forEach(([time, value], index) => {
      // The step under way holds only part of its transactions; it counts where there is no other.
      if (value === null || (hasComplete && time + answer.step > answer.to)) return;
      counts.total[index] = (counts.total[index] ?? 0) + value;
      if (labelOf(labels, "event.outcome") === "failure") counts.failed[index] = (counts.failed[index] ?? 0) + value;
    });
    services.set(name, counts);
  }
  return services;
}

/** An agent sends no histogram while nothing happens, so a step without one after the first had no transactions. */
function addCounts(entry: ServiceOverview, answer: QueryResponse, own: Counts, firstSeenMs: number): void {
  const { total, failed, untilMs } = own;
  const times = answer.series[0]?.points.map(([time]) => time) ?? [];
  const first = total.findIndex((value) => value !== null);
  const count = total.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  const failures = failed.reduce((sum, value) => sum + value, 0);
  // What was reported first had happened before that: its step counts whole.
  const sinceMs = Math.max(answer.from, Math.floor(firstSeenMs / answer.step) * answer.step);
  entry.throughput = {
    value: first < 0 ? null : (count / Math.max(1000, untilMs - sinceMs)) * 1000,
    values: total.map((value, index) => {
      const time = times[index] ?? 0;
      if (value === null && (index < first || time >= untilMs)) return null;
      return ((value ?? 0) / elapsedMs(answer, time)) * 1000;
    }),
  };
  entry.errors = {
    value: count === 0 ? null : failures / count,
    values: total.map((value, index) => (value === null || value === 0 ? null : (failed[index] ?? 0) / value)),
  };
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
