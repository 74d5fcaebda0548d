import type { Sample } from "@tidegauge/protocol";
import { isThenable, onSettled } from "../thenable.js";
import { TIMER } from "./kind.js";
import { NO_LABELS } from "./label-index.js";
import type { LabelSet } from "./label-set.js";
import { Metric } from "./metric.js";
import { Series } from "./series.js";

/** How many of a timer's unit make a millisecond. Without a known unit a timer measures in seconds. */
function perMs(unit: string): number {
  return unit === "us" ? 1000 : unit === "ms" ? 1 : 0.001;
}

/** Sum and number of durations (REG-10…REG-14). */
export class Timer extends Series {
  private sum = 0;
  private count = 0;

  constructor(metric: Metric = Metric.detached(TIMER, ""), labels: LabelSet = NO_LABELS) {
    super(metric, labels);
  }

  /** Adds `duration`, in the unit the timer was made with, and `count` (REG-11). */
  update(duration: number, count = 1): this {
    if (this.state >= 0 && Number.isFinite(duration) && Number.isInteger(count) && count >= 0) {
      this.sum += duration;
      this.count += count;
    } else {
      const into = this.redirect(Number.isFinite(duration) && Number.isInteger(count) && count >= 0);
      if (into !== undefined) {
        into.sum += duration;
        into.count += count;
      }
    }
    return this;
  }

  /** Starts a measurement; the function it gives records the time since, once per call, and returns it in the timer's unit. */
  start(): () => number {
    const startedMs = performance.now();
    return () => {
      const duration = (performance.now() - startedMs) * perMs(this.metric.unit);
      this.update(duration);
      return duration;
    };
  }

  /**
   * Measures `fn`, to the end of the promise it may give; its result or error is passed on (API-22). What is no promise but has a `then`, such as a query builder,
   * is given back as it is and measured until it has been awaited.
   */
  time<T>(fn: () => T): T {
    const stop = this.start();
    let result: T;
    try {
      result = fn();
    } catch (error) {
      stop();
      throw error;
    }
    if (isThenable(result)) return onSettled(result, stop);
    stop();
    return result;
  }

  /** Sum and count, of one moment (REG-12). */
  get val(): [sum: number, count: number] {
    return [this.sum, this.count];
  }

  /** Replaces sum and count. */
  set val(value: readonly [sum: number, count: number]) {
    const [sum, count] = Array.isArray(value) ? value : [Number.NaN, 0];
    const valid = Number.isFinite(sum) && Number.isInteger(count) && count >= 0;
    const into = this.state >= 0 && valid ? this : this.redirect(valid);
    if (into !== undefined) {
      into.sum = sum;
      into.count = count;
    }
  }

  override get parts(): number[] {
    return [this.sum, this.count];
  }

  override restore([sum, count]: readonly number[]): void {
    this.sum += sum as number;
    this.count += count as number;
  }

  override reset(): this {
    this.sum = 0;
    this.count = 0;
    return this;
  }

  override clear(): void {
    this.reset();
  }

  override get emits(): boolean {
    return (
      (this.count !== 0 || this.sum !== 0 || !this.metric.reset) &&
      Number.isFinite(this.sum) &&
      Number.isFinite(this.count)
    );
  }

  override text(head: string): string {
    return head + this.sum + this.metric.middle + this.count + this.metric.tail;
  }

  override write(samples: Record<string, Sample>): void {
    const delta: Pick<Sample, "temporality"> = this.metric.reset ? { temporality: "delta" } : {};
    samples[this.metric.sumName] = { value: this.sum, ...delta };
    samples[`${this.metric.of.name}.count`] = { value: this.count, ...delta };
  }
}
