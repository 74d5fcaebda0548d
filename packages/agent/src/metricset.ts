import type { Metricset } from "@tidegauge/protocol";
import type { Counter } from "./instruments/counter.js";
import type { Family } from "./instruments/family.js";
import type { Gauge } from "./instruments/gauge.js";
import type { Histogram } from "./instruments/histogram.js";
import { COUNTER, GAUGE, HISTOGRAM, type Kind, TIMER } from "./instruments/kind.js";
import type { Labels } from "./instruments/labels.js";
import type { LifetimeTotals } from "./instruments/lifetime-totals.js";
import type { InstrumentOptions } from "./instruments/metric.js";
import type { Observers } from "./instruments/observers.js";
import type { SeriesTable } from "./instruments/series-table.js";
import type { Timer } from "./instruments/timer.js";
import type { MetricsRegistry } from "./registry.js";

// Everybody imports the class; what only an instance needs is loaded with the first one.
const parts = (): typeof import("./metricset-parts.js") => require("./metricset-parts.js");

/** Fields that a subclass written in JavaScript could hide without noticing; then nothing of it would be sent. */
const OWN_FIELDS = ["registry", "table", "observers", "totals"] as const;

/** Where refused series of a counter, timer or histogram are counted (REG-37). */
const OVERFLOW_LABELS: Labels = Object.freeze({ overflow: "true" });

/** Owns instruments and is collected each interval. Register it as it is and use what it gives, or override {@link beforeCollect} (REG-110). */
export class MetricSet {
  readonly registry: MetricsRegistry;
  /** The series of the set; for the collector and the exposition. */
  readonly table: SeriesTable;
  readonly observers: Observers;
  readonly totals: LifetimeTotals;
  private limitLogged = false;

  constructor(registry: MetricsRegistry) {
    const { LifetimeTotals, Observers, SeriesTable } = parts();
    this.registry = registry;
    this.totals = new LifetimeTotals();
    this.table = new SeriesTable({
      limit: registry.seriesLimit,
      isDisabled: (name) => registry.isDisabled(name),
      overflowLabels: (kind, name, labels) => this.overflowLabels(kind, name, labels),
      limitReached: () => this.warnOfLimit(),
      refused: (name, reason) =>
        registry.logger.warn(`metric ${name} in ${this.id}: ${reason} is left out; further ones are only counted`),
    });
    this.observers = new Observers((gauge, error) => {
      this.table.badWrites++;
      registry.logger.warn(
        `metric ${gauge} in ${this.id}: its observer failed and is left out until it works again: ${String(error)}`,
      );
    });
    // A field of the same name then is an error of the subclass' constructor, which names it.
    for (const field of OWN_FIELDS) Object.defineProperty(this, field, { configurable: false, writable: false });
  }

  /** Name of the set in logs and in `agent.series.overflow{set}`. */
  get id(): string {
    return this.registry.idOf(this) ?? this.constructor.name;
  }

  /** The counter of this name and these labels, made at the first call, which also decides its options. */
  counter(name: string, labels?: Labels, options?: InstrumentOptions): Counter {
    return this.table.get(COUNTER, name, labels, options) as Counter;
  }

  /** The gauge of this name and these labels, made at the first call, which also decides its options. */
  gauge(name: string, labels?: Labels, options?: InstrumentOptions): Gauge {
    return this.table.get(GAUGE, name, labels, options) as Gauge;
  }

  /** The timer of this name and these labels, made at the first call, which also decides its options. */
  timer(name: string, labels?: Labels, options?: InstrumentOptions): Timer {
    return this.table.get(TIMER, name, labels, options) as Timer;
  }

  /** The histogram of this name and these labels, made at the first call, which also decides its options. */
  histogram(name: string, labels?: Labels, options?: InstrumentOptions): Histogram {
    return this.table.get(HISTOGRAM, name, labels, options) as Histogram;
  }

  /** The counters of one name, told apart by the values of `labelNames`; the labels are typed. */
  counters<const N extends readonly [string, ...string[]]>(
    name: string,
    labelNames: N,
    options?: InstrumentOptions,
  ): Family<Counter, N> {
    return this.family(COUNTER, name, labelNames, options) as Family<Counter, N>;
  }

  /** The gauges of one name, told apart by the values of `labelNames`; the labels are typed. */
  gauges<const N extends readonly [string, ...string[]]>(
    name: string,
    labelNames: N,
    options?: InstrumentOptions,
  ): Family<Gauge, N> {
    return this.family(GAUGE, name, labelNames, options) as Family<Gauge, N>;
  }

  /** The timers of one name, told apart by the values of `labelNames`; the labels are typed. */
  timers<const N extends readonly [string, ...string[]]>(
    name: string,
    labelNames: N,
    options?: InstrumentOptions,
  ): Family<Timer, N> {
    return this.family(TIMER, name, labelNames, options) as Family<Timer, N>;
  }

  /** The histograms of one name, told apart by the values of `labelNames`; the labels are typed. */
  histograms<const N extends readonly [string, ...string[]]>(
    name: string,
    labelNames: N,
    options?: InstrumentOptions,
  ): Family<Histogram, N> {
    return this.family(HISTOGRAM, name, labelNames, options) as Family<Histogram, N>;
  }

  private family(
    kind: Kind,
    name: string,
    labelNames: readonly string[],
    options: InstrumentOptions | undefined,
  ): unknown {
    return new (parts().SeriesFamily)(this.table, kind, name, labelNames, options);
  }

  /** A gauge that `read` is asked for at each collection; the function it gives ends that, and nothing more is sent. */
  observe(name: string, read: () => number, labels?: Labels, options?: InstrumentOptions): () => void {
    const gauge = this.gauge(name, labels, options);
    const stop = this.observers.add(name, gauge, read);
    return () => {
      if (stop() && gauge.metric.of.table === this.table) this.table.remove(gauge);
    };
  }

  /** Runs before each collection of the set, awaited within a time limit; where a set reads what it reports (REG-41). */
  beforeCollect(): void | Promise<void> {}

  /** Last word on each payload before it is sent (REG-45). */
  beforeYield(metricset: Metricset): Metricset {
    return metricset;
  }

  /** Called once when the client stops: where a set lets go of monitors and listeners (RT-11). */
  close(): void {}

  /** The set's payloads of this moment, one a label set; resets what resets (§1.4). For tests and for sets that wrap others: the collector calls it too where it is overridden. */
  async *collect(): AsyncGenerator<Metricset, void, undefined> {
    await this.beforeCollect();
    this.observers.read();
    yield* this.payloads();
  }

  /** The steps after `beforeCollect`, as objects. */
  *payloads(): Generator<Metricset, void, undefined> {
    const { Walk } = require("./instruments/walk.js") as typeof import("./instruments/walk.js");
    const timestamp = this.registry.nowUs();
    const walk = new Walk(this.table, this.totals, this.registry.seriesExpiry, timestamp);
    try {
      for (let labels = walk.next(); labels !== undefined; labels = walk.next()) {
        const payload: Metricset = { samples: walk.samples(labels), timestamp };
        const tags = labels.toTags();
        if (tags !== undefined) payload.tags = tags;
        const taken = walk.take(labels);
        let passed: Metricset;
        try {
          passed = this.beforeYield(payload);
        } catch (error) {
          walk.giveBack(taken);
          throw error;
        }
        walk.sent(taken);
        yield passed;
      }
    } finally {
      walk.end();
    }
  }

  /** Labels of the series that takes a refused one's writes; gauges have none, since a merged level means nothing (REG-37). */
  protected overflowLabels(kind: Kind, _name: string, _labels: Labels): Labels | undefined {
    return kind === GAUGE ? undefined : OVERFLOW_LABELS;
  }

  private warnOfLimit(): void {
    if (this.limitLogged) return;
    this.limitLogged = true;
    const { limitWarning } = require("./limit-warning.js") as typeof import("./limit-warning.js");
    this.registry.logger.warn(limitWarning(this.id, this.table, this.registry.seriesLimit));
  }
}
