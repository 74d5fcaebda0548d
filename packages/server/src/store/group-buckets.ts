import { StoreError } from "./error.js";
import { type Buckets, quantileOf } from "./histogram.js";

/** Counts held for one group, over all steps: some 100 MB. */
const MAX_COUNTS = 2_000_000;

/** Buckets of one group, by step: those of its series are joined before anything is computed from them. Equal bucket values are one bucket. */
export class GroupBuckets {
  readonly #steps = new Map<number, Buckets>();
  #counts = 0;

  /** Adds what one series has in a step. Throws `TOO_MANY_POINTS` when more different values come together than may be held. */
  add(step: number, buckets: Buckets): void {
    let known = this.#steps.get(step);
    if (known === undefined) {
      known = new Map();
      this.#steps.set(step, known);
    }
    const before = known.size;
    for (const [value, count] of buckets) known.set(value, (known.get(value) ?? 0) + count);
    this.#counts += known.size - before;
    if (this.#counts > MAX_COUNTS) {
      throw new StoreError("TOO_MANY_POINTS", "too many different buckets: use a longer step, or ask for less time");
    }
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
