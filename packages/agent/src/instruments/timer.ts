import type { Sample } from "@tidegauge/protocol";
import { isThenable, onSettled } from "../thenable.js";
import { TIMER } from "./kind.js";
import { NO_LABELS } from "./label-index.js";
import type { LabelSet } from "./label-set.js";
import { Metric } from "./metric.js";
import { Series } from "./series.js";

const SECONDS = 0.001;

/** How many of `unit` make a millisecond: of `us`, `ms` and `s`, which the empty one stands for as well (API-22); undefined for any other. */
function perMs(unit: string): number | undefined {
  if (unit === "us") return 1000;
  if (unit === "ms") return 1;
  return unit === "" || unit === "s" ? SECONDS : undefined;
}

/** The time since `startedMs` of `performance.now()`, in `unit`; in seconds where that is none of {@link perMs}. */
export function durationSince(startedMs: number, unit: string): number {
  return (performance.now() - startedMs) * (perMs(unit) ?? SECONDS);
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

  /**
   * Starts a measurement; the function it gives records the time since, once per call, and returns it in the timer's unit: `us`, `ms`, `s`, or seconds without one
   * (API-22). In any other unit nothing can be measured: the call is counted and logged once, nothing is recorded, and it returns seconds (REG-20a).
   */
  start(): () => number {
    const startedMs = performance.now();
    return () => {
      const { unit } = this.metric;
      const duration = durationSince(startedMs, unit);
      if (perMs(unit) === undefined) this.refuseUnit();
      else this.update(duration);
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

  private refuseUnit(): void {
    const { of, unit } = this.metric;
    of.table?.refuse(
      of,
      `a duration by start() or time() in ${unit}, which know us, ms and s (update() takes any unit),`,
    );
  }

  /** Sum and count, of one moment (REG-12); null in the no-op that a disabled metric or one past the limit gets (REG-21). */
  get val(): [sum: number, count: number] | null {
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
