import type { Sample } from "@tidegauge/protocol";
import { metricsetStamp } from "@tidegauge/protocol/encode";
import type { LabelSet } from "./label-set.js";
import type { LifetimeTotals } from "./lifetime-totals.js";
import { DETACHED, type Series } from "./series.js";
import type { SeriesTable } from "./series-table.js";

/** What was taken out of resetting series for one payload. */
export type TakenParts = readonly (readonly [Series, readonly number[]])[];

/**
 * One pass over a table, a label set at a time. Between two steps the caller may yield: a label set is read and reset in one step, so what is written meanwhile
 * is in this report or in the next, never in both and never in none. {@link end} must be called.
 */
export class Walk {
  private readonly table: SeriesTable;
  private readonly totals: LifetimeTotals;
  private readonly round: number;
  private readonly expiry: number;
  /** Lengths at the start: what is made during the walk waits for the next one (REG-43). */
  private readonly ends: readonly number[];
  private kind = 0;
  private index = 0;
  private readonly stamp: string;
  private readonly bareStamp: string;

  /** `expiry`: collections without a write after which a resetting series gives its slot back; 0 never (REG-39). */
  constructor(table: SeriesTable, totals: LifetimeTotals, expiry: number, timestampUs: number) {
    this.table = table;
    this.stamp = metricsetStamp(timestampUs, true);
    this.bareStamp = metricsetStamp(timestampUs, false);
    this.totals = totals;
    this.expiry = expiry;
    this.round = table.beginWalk();
    this.ends = table.series.map((list) => list.length);
  }

  /** The next label set that has something to send, in the order of the first sample of each (REG-45); undefined at the end. */
  next(): LabelSet | undefined {
    for (; this.kind < 4; this.kind++, this.index = 0) {
      const list = this.table.series[this.kind] as Series[];
      const end = this.ends[this.kind] as number;
      while (this.index < end) {
        const series = list[this.index++] as Series;
        if (series.state === DETACHED || series.isDisabled || this.table.isLate(series)) continue;
        const isWalked = series.labels.round === this.round;
        if (!isWalked && series.emits) {
          series.labels.round = this.round;
          return series.labels;
        }
        // Also beside others of its label set that were sent; what was written since then waits for the next walk.
        if (series.metric.reset && !(isWalked && series.emits)) this.age(series);
      }
    }
    return undefined;
  }

  private age(series: Series): void {
    series.reset();
    if (this.expiry > 0 && series.state >= 0 && this.round - series.state >= this.expiry) this.table.remove(series);
  }

  /** The whole line of a label set, its resetting series reset. */
  line(labels: LabelSet): string {
    let line = "";
    for (let series = labels.first; series !== undefined; series = series.next) {
      if (!this.sends(series)) continue;
      line = line === "" ? series.text(series.metric.lineHead) : series.text(`${line},${series.metric.head}`);
      this.settle(series);
    }
    return line + (labels.isBare ? this.bareStamp : this.stamp) + labels.closing;
  }

  /** The samples of a label set by name; nothing is reset. A later kind wins a name (REG-29). */
  samples(labels: LabelSet): Record<string, Sample> {
    const samples: Record<string, Sample> = Object.create(null);
    const group: Series[] = [];
    for (let series = labels.first; series !== undefined; series = series.next) {
      if (this.sends(series)) group.push(series);
    }
    group.reverse().sort((a, b) => a.metric.of.kind - b.metric.of.kind);
    for (const series of group) series.write(samples);
    return samples;
  }

  /** Takes what a payload holds out of the series that reset (REG-44). Exactly one of the two that follow is called with it. */
  take(labels: LabelSet): TakenParts {
    const taken: [Series, number[]][] = [];
    for (let series = labels.first; series !== undefined; series = series.next) {
      if (!series.metric.reset || !this.sends(series)) continue;
      taken.push([series, series.parts]);
      this.reset(series);
    }
    return taken;
  }

  /** The payload is on its way. */
  sent(taken: TakenParts): void {
    for (const [series, parts] of taken) this.totals.add(series, parts);
  }

  /** The payload was not made: nothing is lost. */
  giveBack(taken: TakenParts): void {
    for (const [series, parts] of taken) series.restore(parts);
  }

  private sends(series: Series): boolean {
    return !series.isDisabled && series.emits && !this.table.isLate(series);
  }

  private settle(series: Series): void {
    if (!series.metric.reset) return;
    if (this.totals.isKept) this.totals.add(series, series.parts);
    this.reset(series);
  }

  private reset(series: Series): void {
    series.reset();
    if (series.state >= 0) series.state = this.round;
  }

  end(): void {
    this.table.endWalk();
  }
}
