import type { DuckDBConnection } from "@duckdb/node-api";
import type { Aggregation } from "@tidegauge/protocol/query";
import { type Buckets, bucketIncrease, fell } from "../write/histogram.js";
import type { GroupBuckets } from "./group-buckets.js";
import { type Cut, eachSample, type HistogramSample } from "./histogram-samples.js";
import { begunAtZero, LOOKBACK_MS } from "./previous.js";
import type { ScanPlan } from "./scan-plan.js";
import type { FileSelection } from "./selection.js";
import type { GroupValues } from "./window.js";

/** Reports of a process whose counts decide what an unmarked histogram means. */
const DECIDING_REPORTS = 3;

const QUANTILES: Readonly<Partial<Record<Aggregation, number>>> = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 };

/** Quantile of a percentile aggregation; undefined for the others. */
export function quantileFor(aggregation: Aggregation): number | undefined {
  return QUANTILES[aggregation];
}

/** Where the reduced values go. */
export interface HistogramGroups {
  values(group: number): GroupValues;
  buckets(group: number): GroupBuckets;
}

/** What is made of the buckets within a step: a value, or the buckets themselves for percentiles and for `buckets`. */
export type HistogramAggregation = Aggregation | "buckets";

/** Reduces the histograms of the selection within each step and adds them to their groups. */
export async function scanHistograms(
  connection: DuckDBConnection,
  plan: ScanPlan,
  aggregation: HistogramAggregation,
  groups: HistogramGroups,
): Promise<void> {
  const { selection, near, earlier, window } = plan;
  const histograms = new Set(
    selection.series.filter(({ kind }) => kind.startsWith("histogram")).map(({ index }) => index),
  );
  if (histograms.size === 0) return;
  const unknown = new Set([...histograms].filter((index) => selection.series[index]?.kind === "histogram_unknown"));
  const before = [...(await selection.find(connection, earlier, true)), ...near];
  const deltas = await decideUnknown(connection, before, unknown);
  for (const index of histograms) if (selection.series[index]?.kind === "histogram_delta") deltas.add(index);
  const raw = aggregation === "min" || aggregation === "max" || aggregation === "last";
  const previous = raw
    ? new Map<number, Buckets>()
    : await previousBuckets(connection, plan, before, (series) => histograms.has(series) && !deltas.has(series));
  const reducer = new SeriesReducer(plan, aggregation, groups, deltas, previous, raw);
  const wanted = (series: number): boolean => histograms.has(series);
  const condition = "p.time >= $from AND p.time < $to";
  const bounds = { from: window.fromMs, to: window.toMs };
  await eachSample(connection, near, wanted, condition, bounds, undefined, (sample) => reducer.add(sample));
  reducer.end();
}

/** Folds samples that come by series and time into values of steps. */
class SeriesReducer {
  readonly #plan: ScanPlan;
  readonly #aggregation: HistogramAggregation;
  readonly #groups: HistogramGroups;
  readonly #deltas: ReadonlySet<number>;
  readonly #previous: ReadonlyMap<number, Buckets>;
  readonly #raw: boolean;
  #series = -1;
  #step = -1;
  #last: Buckets | undefined;
  #buckets: Buckets | undefined;

  constructor(
    plan: ScanPlan,
    aggregation: HistogramAggregation,
    groups: HistogramGroups,
    deltas: ReadonlySet<number>,
    previous: ReadonlyMap<number, Buckets>,
    raw: boolean,
  ) {
    this.#plan = plan;
    this.#aggregation = aggregation;
    this.#groups = groups;
    this.#deltas = deltas;
    this.#previous = previous;
    this.#raw = raw;
  }

  add({ series, timeMs, buckets }: HistogramSample): void {
    const step = Math.floor((timeMs - this.#plan.window.firstMs) / this.#plan.window.stepMs);
    if (series !== this.#series || step !== this.#step) this.end();
    if (series !== this.#series) this.#last = this.#previous.get(series);
    this.#series = series;
    this.#step = step;
    let happened: Buckets | undefined = buckets;
    if (this.#raw) {
      if (this.#aggregation === "last") this.#buckets = undefined;
    } else if (!this.#deltas.has(series)) {
      happened = this.#last === undefined ? undefined : bucketIncrease(this.#last, buckets);
      this.#last = buckets;
    }
    if (happened === undefined) return;
    this.#buckets ??= new Map();
    for (const [value, count] of happened) this.#buckets.set(value, (this.#buckets.get(value) ?? 0) + count);
  }

  /** Hands over the step that was being folded. */
  end(): void {
    const buckets = this.#buckets;
    if (buckets === undefined) return;
    this.#buckets = undefined;
    const { selection, window } = this.#plan;
    const aggregation = this.#aggregation;
    const group = selection.series[this.#series]?.group as number;
    if (aggregation === "buckets" || quantileFor(aggregation) !== undefined) {
      this.#groups.buckets(group).add(this.#step, buckets);
      return;
    }
    const value = reduce(buckets, aggregation, window.stepMs);
    if (value !== undefined) this.#groups.values(group).add(this.#step, 1, value, value, value);
  }
}

/** One series' buckets within a step as a value; undefined where there is none. */
function reduce(buckets: Buckets, aggregation: Aggregation, stepMs: number): number | undefined {
  let count = 0;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const [value, each] of buckets) {
    count += each;
    sum += value * each;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  if (aggregation === "count") return count;
  if (aggregation === "rate") return count / (stepMs / 1000);
  if (aggregation === "sum") return sum;
  if (count === 0) return undefined;
  if (aggregation === "min") return min;
  if (aggregation === "max") return max;
  return sum / count;
}

/** Which of the unmarked histograms hold deltas: those whose counts fall within the first reports (design: Query semantics). */
async function decideUnknown(
  connection: DuckDBConnection,
  files: readonly FileSelection[],
  unknown: ReadonlySet<number>,
): Promise<Set<number>> {
  const deltas = new Set<number>();
  if (unknown.size === 0) return deltas;
  let before: HistogramSample | undefined;
  let reports = 0;
  // Those at the time of the last that decides come along: only then their order is known.
  const cut: Cut = { time: `list_last(min(time, ${DECIDING_REPORTS}))`, keeps: "<=" };
  await eachSample(
    connection,
    files,
    (series) => unknown.has(series),
    "true",
    {},
    cut,
    (sample) => {
      reports = before?.series === sample.series ? reports + 1 : 1;
      const decides = reports > 1 && reports <= DECIDING_REPORTS;
      if (decides && before !== undefined && fell(before.buckets, sample.buckets)) deltas.add(sample.series);
      before = sample;
    },
  );
  return deltas;
}

/** The last sample before the window; no buckets for a series never seen before whose process is known from its start (QRY-12). */
async function previousBuckets(
  connection: DuckDBConnection,
  { selection, near, nearFiles, earlier, window }: ScanPlan,
  before: readonly FileSelection[],
  wanted: (series: number) => boolean,
): Promise<Map<number, Buckets>> {
  const found = new Map<number, Buckets>();
  const missing = (series: number): boolean => wanted(series) && !found.has(series);
  const cut: Cut = { time: "max(time)", keeps: "=" };
  const note = (sample: HistogramSample): void => void found.set(sample.series, sample.buckets);
  const recent = { after: window.fromMs - LOOKBACK_MS, from: window.fromMs };
  await eachSample(connection, near, missing, "p.time >= $after AND p.time < $from", recent, cut, note);
  if (!selection.series.some(({ index }) => missing(index))) return found;
  await eachSample(connection, before, missing, "p.time < $from", { from: window.fromMs }, cut, note);
  const never = selection.series.filter(({ index }) => missing(index));
  for (const series of await begunAtZero(connection, never, [...nearFiles, ...earlier], window)) {
    found.set(series, new Map());
  }
  return found;
}
