import { bucketBounds, DEFAULT_BOUNDS } from "./buckets.js";
import { Counter } from "./counter.js";
import { Gauge } from "./gauge.js";
import { Histogram } from "./histogram.js";
import { COUNTER, GAUGE, HISTOGRAM, type Kind } from "./kind.js";
import { LabelIndex } from "./label-index.js";
import { type LabelSet, labelText } from "./label-set.js";
import type { Labels } from "./labels.js";
import { type InstrumentOptions, type Metric, MetricName } from "./metric.js";
import { DETACHED, DISABLED, DISABLED_OVERFLOW, OVERFLOW, type Series } from "./series.js";
import type { TableOwner } from "./table-owner.js";
import { Timer } from "./timer.js";

/** Loaded with the first series that is refused. */
let noops: typeof import("./noop.js") | undefined;
function noop(kind: Kind, options: InstrumentOptions | undefined): Series {
  noops ??= require("./noop.js") as typeof import("./noop.js");
  return noops.noopFor(kind, options);
}

/** All series of one metric set, found by kind, name and labels (REG-22). */
export class SeriesTable {
  readonly index: LabelIndex = new LabelIndex();
  readonly names: readonly Map<string, MetricName>[] = [new Map(), new Map(), new Map(), new Map()];
  /** Series by kind in the order of creation. */
  readonly series: Series[][] = [[], [], [], []];
  /** Series that count towards the limit. */
  size = 0;
  /** Writes and requests past the limit (REG-38). */
  overflowed = 0;
  /** Bad writes that were left out (REG-20a). */
  badWrites = 0;
  /** Two metrics share a sample name, so a payload must be put together by name (REG-29). */
  clashes = false;
  round = 0;
  private readonly sampleOwners = new Map<string, MetricName>();
  private readonly refusedNames = new Set<string>();
  private readonly owner: TableOwner;
  private walks = 0;
  /** Series that got their place during a walk: they join the lists after it (REG-43). */
  private readonly late = new Set<Series>();
  /** Series taken out whose place in the list is not free yet. */
  private readonly dead = new Set<Series>();

  constructor(owner: TableOwner) {
    this.owner = owner;
  }

  /** The series of this key, made where it is missing; the no-op where it is refused (REG-21, REG-22). Never throws, whatever it is given (REG-20a). */
  get(kind: Kind, name: string, labels: Labels | null | undefined, options: InstrumentOptions | undefined): Series {
    try {
      const of = (this.names[kind] as Map<string, MetricName>).get(name);
      if (of !== undefined) {
        const found = this.find(of, labels);
        if (found !== undefined) return found;
      }
      return this.create(kind, name, labels ?? {}, options);
    } catch (error) {
      return this.getReadable(kind, name, labels, options, error);
    }
  }

  /** As {@link get} after code of the caller threw, a getter or a proxy: what cannot be read is left out. */
  private getReadable(
    kind: Kind,
    name: string,
    labels: Labels | null | undefined,
    options: InstrumentOptions | undefined,
    error: unknown,
  ): Series {
    let plain: InstrumentOptions | undefined;
    try {
      const { errorText, readable } = require("./readable.js") as typeof import("./readable.js");
      this.refuse(new MetricName(kind, name, this), `a label or an option that cannot be read (${errorText(error)})`);
      const of = (this.names[kind] as Map<string, MetricName>).get(name);
      const left = readable<Labels>(labels);
      plain = readable<InstrumentOptions>(options);
      return (of && this.find(of, left)) ?? this.create(kind, name, left, plain);
    } catch {
      // A method that a subclass of the set wrote.
      return noop(kind, plain);
    }
  }

  find(of: MetricName, labels: Labels | null | undefined): Series | undefined {
    if (labels === undefined || labels === null) return of.bare;
    const set = this.index.find(labels);
    if (set === undefined) return undefined;
    return set === this.index.bare ? of.bare : set.find(of);
  }

  private create(kind: Kind, name: string, labels: Labels, options: InstrumentOptions | undefined): Series {
    let of = (this.names[kind] as Map<string, MetricName>).get(name) ?? new MetricName(kind, name, this);
    if (typeof name !== "string" || /[*"]/.test(name)) {
      this.refuse(of, typeof name === "string" ? 'a name with * or "' : "a name that is not a string");
      return noop(kind, options);
    }
    if (this.owner.isDisabled(name)) return noop(kind, options);
    // Its own ones: what it inherits and is no label value, such as a method, is no mistake.
    for (const key of Object.keys(labels)) {
      const value = labels[key];
      if (value !== undefined && value !== null && labelText(value) === undefined)
        this.refuse(of, `a label value of type ${typeof value} (${key})`);
    }
    if (this.size >= this.owner.limit) return this.overflow(of, labels, options) ?? noop(kind, options);
    // The name is only kept now that it gets a series.
    of = this.keep(of);
    return this.place(this.make(of, this.index.ensure(labels), options));
  }

  private keep(of: MetricName): MetricName {
    const names = this.names[of.kind] as Map<string, MetricName>;
    const known = names.get(of.name);
    if (known !== undefined) return known;
    names.set(of.name, of);
    return of;
  }

  private make(of: MetricName, labels: LabelSet, options: InstrumentOptions | undefined): Series {
    let bounds: readonly number[] = [];
    if (of.kind === HISTOGRAM) {
      const given = bucketBounds(options?.buckets);
      if (given === undefined) {
        this.refuse(of, "a list of buckets that are not strictly ascending numbers (the default ones are used)");
      }
      bounds = given ?? DEFAULT_BOUNDS;
    }
    const before = of.metrics.length;
    const metric = of.metric(options, bounds);
    if (of.metrics.length > before) this.claim(metric);
    if (of.kind === COUNTER) return new Counter(metric, labels);
    if (of.kind === GAUGE) return new Gauge(metric, labels);
    return of.kind === HISTOGRAM ? new Histogram(metric, labels) : new Timer(metric, labels);
  }

  private claim(metric: Metric): void {
    for (const sample of metric.sampleNames) {
      const owner = this.sampleOwners.get(sample);
      if (owner === undefined) this.sampleOwners.set(sample, metric.of);
      else if (owner !== metric.of) this.clashes = true;
    }
  }

  /** Gives a series its slot. */
  private place(series: Series): Series {
    const of = series.metric.of;
    series.state = this.round;
    this.size++;
    of.size++;
    this.link(series);
    return series;
  }

  private link(series: Series): void {
    const of = series.metric.of;
    series.labels.add(series);
    if (series.labels === this.index.bare) of.bare = series;
    if (this.walks > 0) this.late.add(series);
    // One that comes back before its old place was given away keeps it: to look for that place takes as long as the list is.
    else if (!this.dead.delete(series)) (this.series[of.kind] as Series[]).push(series);
  }

  /** The series that takes what a refused one would have got; undefined where nothing may. */
  private overflow(of: MetricName, labels: Labels, options: InstrumentOptions | undefined): Series | undefined {
    this.owner.limitReached();
    const into = of.size > 0 ? this.owner.overflowLabels(of.kind, of.name, labels) : undefined;
    if (into === undefined) {
      this.overflowed++;
      return undefined;
    }
    const found = this.find(of, into);
    if (found !== undefined) return found;
    const series = this.make(of, this.index.ensure(into), options);
    series.state = OVERFLOW;
    of.overflows++;
    this.link(series);
    return series;
  }

  /** Takes a series out (REG-39, `family.remove`). A handle that is still held starts from 0 with its next write. */
  remove(series: Series): void {
    if (series.state === DETACHED) return;
    const of = series.metric.of;
    if (of.bare === series) of.bare = undefined;
    if (series.state === OVERFLOW || series.state === DISABLED_OVERFLOW) of.overflows--;
    else {
      this.size--;
      of.size--;
    }
    series.state = DETACHED;
    series.clear();
    if (series.labels.remove(series)) this.index.remove(series.labels);
    if (of.size === 0 && of.overflows === 0) this.forget(of);
    if (!this.late.delete(series)) this.dead.add(series);
    if (this.walks === 0 && this.dead.size > 64 && this.dead.size * 2 > this.size) this.compact();
  }

  private forget(of: MetricName): void {
    (this.names[of.kind] as Map<string, MetricName>).delete(of.name);
    for (const metric of of.metrics) {
      for (const sample of metric.sampleNames)
        if (this.sampleOwners.get(sample) === of) this.sampleOwners.delete(sample);
    }
    of.metrics.length = 0;
  }

  /** A write that is not plain: where it goes, or undefined. */
  redirect(series: Series): Series | undefined {
    if (series.isDisabled) return undefined;
    if (series.state === OVERFLOW) {
      this.overflowed++;
      return series;
    }
    if (series.state !== DETACHED) return series;
    const of = series.metric.of;
    if (this.owner.isDisabled(of.name)) return undefined;
    const labels = Object.fromEntries(
      series.labels.values().map((value, index) => [series.labels.keys[index], value]),
    ) as Labels;
    const known = (this.names[of.kind] as Map<string, MetricName>).get(of.name);
    // Somebody else asked for the key since: both write to one series.
    const other = known === undefined ? undefined : this.find(known, labels);
    const options: InstrumentOptions = {
      resetOnCollect: series.metric.reset,
      unit: series.metric.unit,
      buckets: series.metric.bounds,
    };
    if (other === undefined && this.size < this.owner.limit && (known === undefined || known === of)) {
      this.keep(of);
      if (!of.metrics.includes(series.metric)) {
        of.metrics.push(series.metric);
        this.claim(series.metric);
      }
      series.labels = this.index.ensure(labels);
      return this.place(series);
    }
    const into = other ?? this.get(of.kind, of.name, labels, options);
    if (into.metric.of.table === undefined) return undefined; // the no-op
    return into.state < 0 ? this.redirect(into) : into;
  }

  /** Counts something that cannot be recorded and has it logged once a name (REG-20a). */
  refuse(of: MetricName, reason: string): void {
    this.badWrites++;
    // What is no string may not even become one.
    const name = typeof of.name === "string" ? of.name : `of type ${typeof of.name}`;
    if (this.refusedNames.has(name) || this.refusedNames.size >= 1000) return;
    this.refusedNames.add(name);
    this.owner.refused(name, reason);
  }

  /** Tests every name again after `disable_metrics` changed (REG-32). */
  retest(): void {
    for (const series of [...this.series.flat(), ...this.late]) {
      if (series.state === DETACHED) continue;
      const disabled = this.owner.isDisabled(series.metric.of.name);
      if (disabled === series.isDisabled) continue;
      if (disabled) series.state = series.state === OVERFLOW ? DISABLED_OVERFLOW : DISABLED;
      else series.state = series.state === DISABLED_OVERFLOW ? OVERFLOW : this.round;
    }
  }

  get isWalking(): boolean {
    return this.walks > 0;
  }

  /** Made while a walk runs: it is no part of that walk (REG-43). */
  isLate(series: Series): boolean {
    return this.late.size > 0 && this.late.has(series);
  }

  /** Starts a walk over all series; {@link endWalk} must follow. Returns its number. */
  beginWalk(): number {
    this.walks++;
    return ++this.round;
  }

  endWalk(): void {
    this.walks--;
    if (this.walks > 0) return;
    if (this.dead.size > 0) this.compact();
    for (const series of this.late) (this.series[series.metric.of.kind] as Series[]).push(series);
    this.late.clear();
  }

  private compact(): void {
    for (let kind = 0; kind < 4; kind++) {
      const list = this.series[kind] as Series[];
      let kept = 0;
      for (const series of list) if (series.state !== DETACHED && !this.late.has(series)) list[kept++] = series;
      list.length = kept;
    }
    this.dead.clear();
  }
}
