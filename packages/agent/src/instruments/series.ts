import type { Sample } from "@tidegauge/protocol";
import type { LabelSet } from "./label-set.js";
import type { Metric } from "./metric.js";

/** States below zero send a write the slow way; from zero on, the state is the collection in which a resetting series last held something (REG-39). */
export const DETACHED = -1;
export const DISABLED = -2;
export const OVERFLOW = -3;
/** An overflow series of a disabled metric. */
export const DISABLED_OVERFLOW = -4;

/** One metric under one label set: what a caller holds and writes to. A write is one addition; everything else happens at collection. */
export abstract class Series {
  readonly metric: Metric;
  labels: LabelSet;
  /** Next series of the same label set. */
  next: Series | undefined = undefined;
  state: number;

  constructor(metric: Metric, labels: LabelSet) {
    this.metric = metric;
    this.labels = labels;
    this.state = 0;
  }

  /** `disable_metrics` names its metric: nothing is written to it, nothing of it is sent (REG-32). */
  get isDisabled(): boolean {
    return this.state === DISABLED || this.state === DISABLED_OVERFLOW;
  }

  /** It would write a sample now: it holds something, or it is one that is always sent (REG-33, REG-48). */
  abstract get emits(): boolean;
  /** Its samples as JSON members behind `head`, which ends with the first one's name; only called when {@link emits}. */
  abstract text(head: string): string;
  /** Its samples into a payload's object. */
  abstract write(samples: Record<string, Sample>): void;
  /** Its numbers: total, level, sum and count, or counts. */
  abstract get parts(): number[];
  /** Puts back what a reset took away; what was written since stays (REG-44). */
  abstract restore(parts: readonly number[]): void;
  /** Back to the start. */
  abstract reset(): this;
  /** As `reset()` before a new life: a gauge is then none again. */
  abstract clear(): void;

  /** Where a write that is not plain goes: undefined for a refused one. `valid`: the caller's numbers can be recorded (REG-20a). */
  protected redirect(valid: boolean): this | undefined {
    const table = this.metric.of.table;
    if (table === undefined) return valid ? this : undefined;
    if (!valid) {
      table.refuse(this.metric.of, "a value that is not a finite number, or a count that is not a whole one");
      return undefined;
    }
    return table.redirect(this) as this | undefined;
  }
}
