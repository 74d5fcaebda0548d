import type { Sample } from "@tidegauge/protocol";
import { HISTOGRAM } from "./kind.js";
import { NO_LABELS } from "./label-index.js";
import type { LabelSet } from "./label-set.js";
import { Metric } from "./metric.js";
import { Series } from "./series.js";

/** Observations counted by bucket (REG-15…REG-20); counts are per bucket, not cumulative. */
export class Histogram extends Series {
  private counts: number[];

  constructor(metric: Metric = Metric.detached(HISTOGRAM, ""), labels: LabelSet = NO_LABELS) {
    super(metric, labels);
    // A copy of an array has just the room it needs.
    this.counts = metric.zeros.slice();
  }

  /** Counts `value` in the first bucket whose upper bound is not below it (REG-17). */
  update(value: number, count = 1): this {
    if (this.state >= 0 && Number.isFinite(value) && (count === 1 || (Number.isInteger(count) && count >= 0))) {
      const limits = this.metric.limits;
      let low = 0;
      let high = limits.length - 1;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((limits[middle] as number) >= value) high = middle;
        else low = middle + 1;
      }
      (this.counts[low] as number) += count;
    } else {
      const into = this.redirect(Number.isFinite(value) && Number.isInteger(count) && count >= 0);
      if (into !== undefined) into.add(value, count);
    }
    return this;
  }

  private add(value: number, count: number): void {
    const bucket = this.metric.bounds.findIndex((bound) => bound >= value);
    (this.counts[bucket] as number) += count;
  }

  /** Upper bounds, the last +Infinity. */
  get buckets(): readonly number[] {
    return this.metric.bounds;
  }

  /** The counts of the buckets; assigning replaces them (REG-19). Null in the no-op that a disabled metric or one past the limit gets (REG-21). */
  get val(): number[] | null {
    return this.counts.slice();
  }

  /** Replaces the counts of the buckets; one for each, or nothing changes. */
  set val(counts: readonly number[]) {
    const valid =
      Array.isArray(counts) &&
      counts.length === this.metric.bounds.length &&
      counts.every((count) => Number.isInteger(count) && count >= 0);
    const into = this.state >= 0 && valid ? this : this.redirect(valid);
    if (into !== undefined) into.counts = counts.slice();
  }

  override get parts(): number[] {
    return this.counts.slice();
  }

  override restore(parts: readonly number[]): void {
    for (let index = 0; index < parts.length; index++) (this.counts[index] as number) += parts[index] as number;
  }

  override reset(): this {
    this.counts.fill(0);
    return this;
  }

  override clear(): void {
    this.reset();
  }

  override get emits(): boolean {
    if (this.metric.values.length === 0) return false;
    return !this.metric.reset || this.counts.some((count) => count !== 0);
  }

  override text(head: string): string {
    return head + this.counts.join(",") + this.metric.tail;
  }

  override write(samples: Record<string, Sample>): void {
    samples[this.metric.of.name] = {
      counts: this.counts.slice(),
      values: this.metric.values.slice(),
      type: "histogram",
      ...(this.metric.reset ? { temporality: "delta" as const } : {}),
    };
  }
}
