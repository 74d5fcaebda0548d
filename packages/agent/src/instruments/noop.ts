import type { Counter } from "./counter.js";
import type { Gauge } from "./gauge.js";
import type { Histogram } from "./histogram.js";
import type { Kind } from "./kind.js";
import { Metric } from "./metric.js";
import type { Timer } from "./timer.js";

/** Takes every operation of all kinds and keeps nothing (REG-21): what a caller gets for a disabled metric or past the limit. */
class NoopInstrument {
  readonly metric: Metric = Metric.detached(0 as Kind, "");
  readonly buckets: readonly number[] = [];

  inc(): this {
    return this;
  }

  dec(): this {
    return this;
  }

  set(): this {
    return this;
  }

  update(): this {
    return this;
  }

  reset(): this {
    return this;
  }

  clear(): void {}

  /** Measures all the same: the caller's own use of the duration goes on. */
  start(): () => number {
    const startedMs = performance.now();
    return () => (performance.now() - startedMs) / 1000;
  }

  time<T>(fn: () => T): T {
    return fn();
  }

  get val(): null {
    return null;
  }

  set val(_value: unknown) {}
}

/** The one no-op instrument of the process, under the type of each kind. */
export const NOOP: Counter & Gauge & Timer & Histogram = new NoopInstrument() as unknown as Counter &
  Gauge &
  Timer &
  Histogram;
