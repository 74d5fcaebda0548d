import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import type { MetricsRegistry } from "../registry.js";

/** Milliseconds between two looks at the event loop; twice as many would halve the cost again, and the precision (RT-3). */
const RESOLUTION_MS = 20;

/** Delay of the event loop in one interval, milliseconds. */
export interface DelayReading {
  avg: number;
  p50: number;
  p99: number;
}

const monitors = new WeakMap<MetricsRegistry, LoopDelay>();

/** One monitor for all sets of a registry that report it: each reader sees every interval once. */
export class LoopDelay {
  private readonly monitor: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private readonly readers = new Set<object>();
  private readonly seen = new Set<object>();
  private reading: DelayReading = { avg: 0, p50: 0, p99: 0 };

  /** The registry's monitor, running while it has a reader. */
  static for(registry: MetricsRegistry, reader: object): LoopDelay {
    let delay = monitors.get(registry);
    if (delay === undefined) {
      delay = new LoopDelay();
      monitors.set(registry, delay);
    }
    delay.monitor.enable();
    delay.readers.add(reader);
    return delay;
  }

  get isRunning(): boolean {
    return this.readers.size > 0;
  }

  /** The interval since this reader's last reading; another reader of the same round is given the same figures. */
  read(reader: object): DelayReading {
    if (this.seen.size === 0 || this.seen.has(reader)) {
      this.reading = {
        avg: ms(this.monitor.mean),
        p50: ms(this.monitor.percentile(50)),
        p99: ms(this.monitor.percentile(99)),
      };
      this.monitor.reset();
      this.seen.clear();
    }
    this.seen.add(reader);
    return this.reading;
  }

  /** The reader is done; the last one stops the monitor (RT-11). */
  release(reader: object): void {
    this.readers.delete(reader);
    if (this.readers.size === 0) this.monitor.disable();
  }
}

/** What the loop was late by: the monitor also counts the time it meant to wait. No sample is no delay. */
function ms(ns: number): number {
  return Number.isFinite(ns) ? Math.max(0, ns / 1e6 - RESOLUTION_MS) : 0;
}
