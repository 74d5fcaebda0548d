import type { DuckDBConnection } from "@duckdb/node-api";
import { StoreError } from "../error.js";
import type { StoreFile } from "../files/store-file.js";
import type { ScannedSeries, ScanRequest, ScanResult } from "../messages.js";
import { CountBudget, GroupBuckets } from "./group-buckets.js";
import { quantileFor, scanHistograms } from "./histogram-scan.js";
import { MAX_SERIES } from "./limits.js";
import { previousValues } from "./previous.js";
import { type Reduction, reductionOf, scanScalars } from "./scalar-scan.js";
import { planScan, type ScanPlan } from "./scan-plan.js";
import type { Selection } from "./selection.js";
import { GroupValues } from "./window.js";

/** Groups that are looked at for the largest ones. */
const MAX_GROUPS = 20_000;
/** Groups times steps that are held while a query runs. */
const MAX_CELLS = 12_000_000;

/**
 * Answers a query in two stages: each series is reduced within a step according to its kind, then series are aggregated across their group. `files`
 * are all files with events before the window's end. Rejects with `TOO_MANY_SERIES` or `TOO_MANY_POINTS`.
 */
export async function scan(
  connection: DuckDBConnection,
  files: readonly StoreFile[],
  request: ScanRequest,
): Promise<ScanResult> {
  const plan = await planScan(connection, files, request);
  const { selection, window } = plan;
  const groups = selection.groups.length;
  if (groups > MAX_GROUPS) throw tooManyGroups(groups);
  if (groups * window.steps > MAX_CELLS) throw tooManyCells(groups, window.steps);
  const answer = new Groups(window.steps);
  await scanScalarKinds(connection, plan, request, answer);
  await scanHistograms(connection, plan, request.aggregation, answer);
  return {
    stepMs: window.stepMs,
    firstMs: window.firstMs,
    series: answer.series(selection, request),
    unit: selection.unit,
    histogram: selection.series.some(({ kind }) => kind.startsWith("histogram")),
  };
}

/** One statement for each reduction that the kinds among the selected series ask for. */
async function scanScalarKinds(
  connection: DuckDBConnection,
  plan: ScanPlan,
  request: ScanRequest,
  answer: Groups,
): Promise<void> {
  const { selection, window } = plan;
  const reductions = new Map<Reduction, Set<number>>();
  for (const { index, kind } of selection.series) {
    if (kind.startsWith("histogram")) continue;
    const reduction = reductionOf(kind, request.aggregation);
    const series = reductions.get(reduction) ?? new Set();
    reductions.set(reduction, series.add(index));
  }
  const factor = request.aggregation === "rate" ? 1000 / window.stepMs : 1;
  for (const [reduction, series] of reductions) {
    if (reduction === "none") continue;
    const keep = (index: number): boolean => series.has(index);
    const previous =
      reduction === "increase"
        ? await previousValues(connection, selection, plan.near, plan.nearFiles, plan.earlier, window, keep)
        : undefined;
    const values = (group: number): GroupValues => answer.values(group);
    await scanScalars(connection, selection, plan.inWindow, window, reduction, keep, factor, values, previous);
  }
}

/** The groups of an answer while they fill. */
class Groups {
  readonly #steps: number;
  readonly #values = new Map<number, GroupValues>();
  readonly #buckets = new Map<number, GroupBuckets>();
  readonly #budget = new CountBudget();

  constructor(steps: number) {
    this.#steps = steps;
  }

  values(group: number): GroupValues {
    let values = this.#values.get(group);
    if (values === undefined) {
      values = new GroupValues(this.#steps);
      this.#values.set(group, values);
    }
    return values;
  }

  buckets(group: number): GroupBuckets {
    let buckets = this.#buckets.get(group);
    if (buckets === undefined) {
      buckets = new GroupBuckets(this.#budget);
      this.#buckets.set(group, buckets);
    }
    return buckets;
  }

  /** The answer's series: groups with data, the largest ones and "other" with a limit; exactly one without `group_by`. */
  series(selection: Selection, request: ScanRequest): ScannedSeries[] {
    const filled = [...new Set([...this.#values.keys(), ...this.#buckets.keys()])].sort((a, b) => a - b);
    const one = request.groupBy.length === 0;
    const wanted = one ? [0] : filled;
    const all = wanted.map((group) => ({
      group,
      labels: selection.groups[group] ?? {},
      values: this.#result([group], request),
    }));
    if (one) return all.map(({ labels, values }) => ({ labels, values }));
    const { limit } = request;
    if (limit === undefined || all.length <= limit) {
      if (all.length > MAX_SERIES) throw tooManySeries(all.length);
      return all.map(({ labels, values }) => ({ labels, values }));
    }
    const ranked = all
      .map((each) => ({ ...each, mean: mean(each.values) }))
      .sort((a, b) => b.mean - a.mean || a.group - b.group);
    const other = this.#result(
      ranked.slice(limit).map(({ group }) => group),
      request,
    );
    return [
      ...ranked.slice(0, limit).map(({ labels, values }) => ({ labels, values })),
      { labels: { _other: "true" }, values: other },
    ];
  }

  #result(groups: readonly number[], request: ScanRequest): Float64Array<ArrayBuffer> {
    const quantile = quantileFor(request.aggregation);
    if (quantile !== undefined) {
      const [only] = groups;
      if (groups.length === 1) return this.buckets(only as number).result(this.#steps, quantile);
      const merged = new GroupBuckets(new CountBudget());
      for (const group of groups) merged.merge(this.buckets(group));
      return merged.result(this.#steps, quantile);
    }
    const [first] = groups;
    if (groups.length === 1 && first !== undefined && this.#values.has(first)) {
      return this.values(first).result(request.aggregation);
    }
    const merged = new GroupValues(this.#steps);
    for (const group of groups) {
      const values = this.#values.get(group);
      if (values !== undefined) merged.merge(values);
    }
    return merged.result(request.aggregation);
  }
}

function mean(values: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count += 1;
  }
  return count === 0 ? Number.NEGATIVE_INFINITY : sum / count;
}

function tooManySeries(count: number): StoreError {
  return new StoreError(
    "TOO_MANY_SERIES",
    `${count} series; at most ${MAX_SERIES}: group by fewer labels, add a filter or a limit`,
  );
}

function tooManyGroups(groups: number): StoreError {
  return new StoreError(
    "TOO_MANY_SERIES",
    `${groups} series; at most ${MAX_GROUPS} are compared: group by fewer labels, or add a filter`,
  );
}

function tooManyCells(groups: number, steps: number): StoreError {
  const text = `${groups} groups of ${steps} points; at most ${MAX_CELLS} points are computed: use a longer step, group by fewer labels or add a filter`;
  return new StoreError("TOO_MANY_POINTS", text);
}
