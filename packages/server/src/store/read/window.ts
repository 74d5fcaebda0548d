import type { Aggregation } from "@tidegauge/protocol/query";
import { StoreError } from "../error.js";
import { MAX_POINTS } from "./limits.js";

/** The steps of a query: aligned to the epoch, the first holds `fromMs`, the last the time before `toMs`. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly firstMs: number;
  readonly steps: number;
}

/** The steps between two times. Throws `TOO_MANY_POINTS`. */
export function windowOf(fromMs: number, toMs: number, stepMs: number): Window {
  const firstMs = Math.floor(fromMs / stepMs) * stepMs;
  const steps = Math.max(0, Math.ceil((toMs - firstMs) / stepMs));
  if (steps > MAX_POINTS) {
    throw new StoreError("TOO_MANY_POINTS", `${steps} points a series; at most ${MAX_POINTS}: use a longer step`);
  }
  return { fromMs, toMs, stepMs, firstMs, steps };
}

/**
 * The values of one group, step by step, while series are aggregated across: how many series had a value, their sum, least and greatest. Enough for
 * every aggregation but percentiles.
 */
export class GroupValues {
  readonly #count: Float64Array<ArrayBuffer>;
  readonly #sum: Float64Array<ArrayBuffer>;
  readonly #min: Float64Array<ArrayBuffer>;
  readonly #max: Float64Array<ArrayBuffer>;

  constructor(steps: number) {
    this.#count = new Float64Array(steps);
    this.#sum = new Float64Array(steps);
    this.#min = new Float64Array(steps).fill(Number.POSITIVE_INFINITY);
    this.#max = new Float64Array(steps).fill(Number.NEGATIVE_INFINITY);
  }

  /** Adds what `count` series of the group have in a step. */
  add(step: number, count: number, sum: number, min: number, max: number): void {
    this.#count[step] = (this.#count[step] as number) + count;
    this.#sum[step] = (this.#sum[step] as number) + sum;
    if (min < (this.#min[step] as number)) this.#min[step] = min;
    if (max > (this.#max[step] as number)) this.#max[step] = max;
  }

  /** Adds all of another group. */
  merge(other: GroupValues): void {
    for (let step = 0; step < this.#count.length; step++) {
      const count = other.#count[step] as number;
      if (count > 0) {
        this.add(step, count, other.#sum[step] as number, other.#min[step] as number, other.#max[step] as number);
      }
    }
  }

  /** The group's value in each step, NaN where no series had one. */
  result(aggregation: Aggregation): Float64Array<ArrayBuffer> {
    const values = new Float64Array(this.#count.length).fill(Number.NaN);
    for (let step = 0; step < values.length; step++) {
      const count = this.#count[step] as number;
      if (count === 0) continue;
      if (aggregation === "avg") values[step] = (this.#sum[step] as number) / count;
      else if (aggregation === "min") values[step] = this.#min[step] as number;
      else if (aggregation === "max") values[step] = this.#max[step] as number;
      else values[step] = this.#sum[step] as number;
    }
    return values;
  }
}
