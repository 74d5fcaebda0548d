import type { Counter } from "./counter.js";
import type { Gauge } from "./gauge.js";
import type { Histogram } from "./histogram.js";
import { type Kind, TIMER } from "./kind.js";
import { type InstrumentOptions, Metric } from "./metric.js";
import { durationSince, type Timer } from "./timer.js";

/** Takes every operation of all kinds and keeps nothing (REG-21): what a caller gets for a disabled metric or past the limit. */
class NoopInstrument {
  readonly metric: Metric = Metric.detached(0 as Kind, "");
  readonly buckets: readonly number[] = [];
  private readonly unit: string;

  constructor(unit: string) {
    this.unit = unit;
  }

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

  /** Measures all the same, in the unit the caller asked for: his own use of the duration goes on. */
  start(): () => number {
    const startedMs = performance.now();
    return () => durationSince(startedMs, this.unit);
  }

  time<T>(fn: () => T): T {
    return fn();
  }

  get val(): null {
    return null;
  }

  set val(_value: unknown) {}
}

type Noop = Counter & Gauge & Timer & Histogram;

const noop = (unit: string): Noop => new NoopInstrument(unit) as unknown as Noop;

/** The one no-op instrument of the process, under the type of each kind. */
export const NOOP: Noop = noop("");

/** What it gives in other units: only here does a refused timer keep anything of its own, since its caller may use the durations himself. */
const TIMERS: ReadonlyMap<unknown, Noop> = new Map(["us", "ms"].map((unit) => [unit, noop(unit)]));

/** The no-op for a refused series of these options. */
export function noopFor(kind: Kind, options: InstrumentOptions | undefined): Noop {
  return (kind === TIMER ? TIMERS.get(options?.unit) : undefined) ?? NOOP;
}
