import type { Sample } from "@tidegauge/protocol";
import { GAUGE } from "./kind.js";
import { NO_LABELS } from "./label-index.js";
import type { LabelSet } from "./label-set.js";
import { Metric } from "./metric.js";
import { Series } from "./series.js";

/** A level; the last write wins (REG-6…REG-9). */
export class Gauge extends Series {
  /** NaN stands for "none", so that the field always holds a number and a write allocates nothing. */
  private level = Number.NaN;

  constructor(metric: Metric = Metric.detached(GAUGE, ""), labels: LabelSet = NO_LABELS) {
    super(metric, labels);
  }

  /** Takes the level `value`; what is no finite number is counted and left out. */
  set(value: number): this {
    if (this.state >= 0 && Number.isFinite(value)) this.level = value;
    else {
      const into = this.redirect(Number.isFinite(value));
      if (into !== undefined) into.level = value;
    }
    return this;
  }

  /** Adds; none counts as 0 (REG-7). */
  inc(delta = 1): this {
    const into = this.state >= 0 && Number.isFinite(delta) ? this : this.redirect(Number.isFinite(delta));
    if (into !== undefined) into.level = (Number.isNaN(into.level) ? 0 : into.level) + delta;
    return this;
  }

  /** Takes `delta` away; none counts as 0 (REG-7). */
  dec(delta = 1): this {
    return this.inc(typeof delta === "number" ? -delta : Number.NaN);
  }

  /** The level; null before the first write (REG-6), and in the no-op that a disabled metric or one past the limit gets (REG-21). */
  get val(): number | null {
    return Number.isNaN(this.level) ? null : this.level;
  }

  /** The same as `set(value)`. */
  set val(value: number) {
    this.set(value);
  }

  override get parts(): number[] {
    return [this.level];
  }

  override restore([level]: readonly number[]): void {
    // The last write wins, also over the one that is put back.
    if (this.level === 0) this.level = level as number;
  }

  override reset(): this {
    this.level = 0;
    return this;
  }

  override clear(): void {
    this.level = Number.NaN;
  }

  override get emits(): boolean {
    return Number.isFinite(this.level) && (this.level !== 0 || !this.metric.reset);
  }

  override text(head: string): string {
    return head + this.level + this.metric.tail;
  }

  override write(samples: Record<string, Sample>): void {
    samples[this.metric.of.name] = { value: this.level, type: "gauge" };
  }
}
