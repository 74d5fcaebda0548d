import type { Sample } from "@tidegauge/protocol";
import { COUNTER } from "./kind.js";
import { NO_LABELS } from "./label-index.js";
import type { LabelSet } from "./label-set.js";
import { Metric } from "./metric.js";
import { Series } from "./series.js";

/** A number that is added to (REG-1…REG-5). It may go down and below zero. */
export class Counter extends Series {
  private total: number;

  constructor(metric: Metric = Metric.detached(COUNTER, ""), labels: LabelSet = NO_LABELS) {
    super(metric, labels);
    this.total = metric.initial;
  }

  /** A counter of no set that starts at `initial` and goes back to it on reset (REG-1, REG-3). */
  static startingAt(initial: number): Counter {
    return new Counter(Metric.detached(COUNTER, "", { initial }));
  }

  /** Adds `delta`; what is no finite number is counted and left out (REG-2). */
  inc(delta = 1): this {
    if (this.state >= 0 && Number.isFinite(delta)) this.total += delta;
    else this.slow(delta);
    return this;
  }

  /** Takes `delta` away; the counter may fall below zero (REG-2). */
  dec(delta = 1): this {
    if (this.state >= 0 && Number.isFinite(delta)) this.total -= delta;
    else this.slow(typeof delta === "number" ? -delta : Number.NaN);
    return this;
  }

  private slow(delta: number): void {
    const into = this.redirect(Number.isFinite(delta));
    if (into !== undefined) into.total += delta;
  }

  /** The total; null in the no-op that a disabled metric or one past the limit gets (REG-21). */
  get val(): number | null {
    return this.total;
  }

  /** Replaces the total. */
  set val(value: number) {
    const into = this.state >= 0 && Number.isFinite(value) ? this : this.redirect(Number.isFinite(value));
    if (into !== undefined) into.total = value;
  }

  override get parts(): number[] {
    return [this.total];
  }

  override restore([total]: readonly number[]): void {
    this.total += (total as number) - this.metric.initial;
  }

  override reset(): this {
    this.total = this.metric.initial;
    return this;
  }

  override clear(): void {
    this.total = this.metric.initial;
  }

  override get emits(): boolean {
    return (this.total !== 0 || !this.metric.reset) && Number.isFinite(this.total);
  }

  override text(head: string): string {
    return head + this.total + this.metric.tail;
  }

  override write(samples: Record<string, Sample>): void {
    samples[this.metric.of.name] = this.metric.reset
      ? { value: this.total, temporality: "delta" }
      : { value: this.total };
  }
}
