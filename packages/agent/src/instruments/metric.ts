import { METRICSET_HEAD, quote } from "@tidegauge/protocol/encode";
import { bucketBounds, bucketValues } from "./buckets.js";
import { GAUGE, HISTOGRAM, type Kind, TIMER } from "./kind.js";
import type { Series } from "./series.js";
import type { SeriesTable } from "./series-table.js";

/** How an instrument behaves; the first call for a series decides (REG-23). */
export interface InstrumentOptions {
  /** Start over at each collection; the samples are then marked `"temporality":"delta"` (REG-33e). */
  resetOnCollect?: boolean;
  /** Timers: appended to the name of the sum, e.g. `us` (REG-33c), and what `start()` and `time()` measure in. Accepted and ignored elsewhere. */
  unit?: string;
  /** Histograms: ascending inclusive upper bounds; +Infinity is appended (REG-15, REG-16). */
  buckets?: readonly number[];
  /** What the metric means; shown by the exposition, never sent. */
  description?: string;
}

/** Everything of one kind and name in one metric set. */
export class MetricName {
  readonly kind: Kind;
  readonly name: string;
  /** Absent for instruments made by hand. */
  readonly table: SeriesTable | undefined;
  /** The series without labels. */
  bare: Series | undefined = undefined;
  /** Series that hold a slot. */
  size = 0;
  /** Series that take the writes past the limit (REG-37). */
  overflows = 0;
  readonly metrics: Metric[] = [];

  constructor(kind: Kind, name: string, table?: SeriesTable) {
    this.kind = kind;
    this.name = name;
    this.table = table;
  }

  /** The metric for these options; series of one name may have been made with different ones (REG-23). */
  metric(options: InstrumentOptions | undefined, bounds: readonly number[]): Metric {
    const reset = options?.resetOnCollect === true;
    const unit = this.kind === TIMER ? textOf(options?.unit) : "";
    for (const metric of this.metrics) {
      if (metric.reset !== reset || metric.unit !== unit) continue;
      if (metric.bounds.length === bounds.length && metric.bounds.every((bound, index) => bound === bounds[index]))
        return metric;
    }
    const metric = new Metric(this, reset, unit, bounds, textOf(options?.description));
    this.metrics.push(metric);
    return metric;
  }
}

/** JavaScript may give anything; what is no string counts as not given. */
function textOf(given: unknown): string {
  return typeof given === "string" ? given : "";
}

const DELTA = ',"temporality":"delta"';

/** What all series of one kind, name and options share, with their sample text made once. */
export class Metric {
  readonly of: MetricName;
  readonly reset: boolean;
  readonly unit: string;
  readonly description: string;
  /** Counters: where it starts and where a reset goes back to (REG-3). */
  readonly initial: number;
  /** Histograms: upper bounds, the last +Infinity; else empty. */
  readonly bounds: readonly number[];
  /** The same for the search: plain doubles, where a frozen array holds boxed ones. */
  readonly limits: Float64Array;
  /** Histograms: the counts at the start. */
  readonly zeros: readonly number[];
  /** Histograms: the representative value of each bucket. */
  readonly values: readonly number[];
  /** Sample text before the number, between a timer's two, and after it. */
  readonly head: string;
  /** The same with the head of a line in front: most lines have one sample. */
  readonly lineHead: string;
  readonly middle: string;
  readonly tail: string;

  constructor(
    of: MetricName,
    reset: boolean,
    unit: string,
    bounds: readonly number[],
    description: string,
    initial = 0,
  ) {
    this.of = of;
    this.reset = reset;
    this.unit = unit;
    this.bounds = bounds;
    this.limits = Float64Array.from(bounds);
    this.zeros = bounds.map(() => 0);
    this.description = description;
    this.initial = initial;
    this.values = bucketValues(bounds);
    const delta = reset ? DELTA : "";
    if (of.kind === HISTOGRAM) {
      this.head = `${quote(of.name)}:{"counts":[`;
      this.middle = "";
      this.tail = `],"values":[${this.values.join(",")}],"type":"histogram"${delta}}`;
    } else if (of.kind === TIMER) {
      this.head = `${quote(this.sumName)}:{"value":`;
      this.middle = `${delta}},${quote(`${of.name}.count`)}:{"value":`;
      this.tail = `${delta}}`;
    } else {
      this.head = `${quote(of.name)}:{"value":`;
      this.middle = "";
      // A gauge holds a level, not a change: it is never marked.
      this.tail = of.kind === GAUGE ? ',"type":"gauge"}' : `${delta}}`;
    }
    this.lineHead = METRICSET_HEAD + this.head;
  }

  /** Name of a timer's sum: with its unit, if it has one (REG-33c). */
  get sumName(): string {
    return this.unit === "" ? `${this.of.name}.sum` : `${this.of.name}.sum.${this.unit}`;
  }

  /** The names under which its samples are sent. */
  get sampleNames(): string[] {
    return this.of.kind === TIMER ? [this.sumName, `${this.of.name}.count`] : [this.of.name];
  }

  /** A metric that belongs to no set: for instruments made by hand. */
  static detached(kind: Kind, name: string, options: InstrumentOptions & { initial?: number } = {}): Metric {
    const bounds = kind === HISTOGRAM ? (bucketBounds(options.buckets) ?? []) : [];
    const unit = kind === TIMER ? (options.unit ?? "") : "";
    return new Metric(
      new MetricName(kind, name),
      options.resetOnCollect === true,
      unit,
      bounds,
      options.description ?? "",
      options.initial ?? 0,
    );
  }
}
