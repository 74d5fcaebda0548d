import { StoreError } from "../error.js";
import { type Buckets, quantileOf } from "../write/histogram.js";

/** Counts held for one query, over all groups and steps: some 200 MB. */
const MAX_COUNTS = 4_000_000;

/** How many counts a query holds, in all its groups together. */
export class CountBudget {
  #held = 0;
  readonly #max: number;

  constructor(max: number = MAX_COUNTS) {
    this.#max = max;
  }

  /** So many more. Throws `TOO_MANY_POINTS` when they are more than may be held. */
  take(counts: number): void {
    this.#held += counts;
    if (this.#held <= this.#max) return;
    throw new StoreError(
      "TOO_MANY_POINTS",
      "too many different buckets: use a longer step, ask for less time, or group by fewer labels",
    );
  }
}

/** Buckets of one group, by step: those of its series are joined before anything is computed from them. Equal bucket values are one bucket. */
export class GroupBuckets {
  readonly #steps = new Map<number, Buckets>();
  readonly #budget: CountBudget;

  /** `budget` is that of the query the group belongs to. */
  constructor(budget: CountBudget) {
    this.#budget = budget;
  }

  /** Adds what one series has in a step. Throws `TOO_MANY_POINTS` when more different values come together than may be held. */
  add(step: number, buckets: Buckets): void {
    let known = this.#steps.get(step);
    if (known === undefined) {
      known = new Map();
      this.#steps.set(step, known);
    }
    const before = known.size;
    for (const [value, count] of buckets) known.set(value, (known.get(value) ?? 0) + count);
    this.#budget.take(known.size - before);
  }

  /** Adds all of another group. */
  merge(other: GroupBuckets): void {
    for (const [step, buckets] of other.#steps) this.add(step, buckets);
  }

  /** The percentile in each step, NaN without observations. */
  result(steps: number, quantile: number): Float64Array<ArrayBuffer> {
    const values = new Float64Array(steps).fill(Number.NaN);
    for (const [step, buckets] of this.#steps) values[step] = quantileOf(buckets, quantile) ?? Number.NaN;
    return values;
  }

  /** Every bucket value with observations, ascending. */
  values(): number[] {
    const values = new Set<number>();
    for (const buckets of this.#steps.values()) for (const value of buckets.keys()) values.add(value);
    return [...values].sort((a, b) => a - b);
  }

  /** The steps that have data, with their buckets. */
  steps(): Iterable<[step: number, buckets: Buckets]> {
    return this.#steps;
  }
}
