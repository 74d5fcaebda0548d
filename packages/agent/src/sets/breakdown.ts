import type { Kind } from "../instruments/kind.js";
import type { Labels } from "../instruments/labels.js";
import type { InstrumentOptions } from "../instruments/metric.js";
import type { Timer } from "../instruments/timer.js";
import { SpanBoundMetricSet } from "../span-bound-metricset.js";
import type { SelfTimes } from "../tracing/self-times.js";
import type { SelfTimeSink } from "../tracing/tracer.js";
import type { OverflowGroups } from "./overflow-groups.js";
import { SeriesByName } from "./series-by-name.js";

const NAME = "span.self_time";
const OPTIONS: InstrumentOptions = { resetOnCollect: true, unit: "us" };

/**
 * `span.self_time`: where the time of transactions went, by span type (breakdown.md). It has no code of its own at collection: transactions push their
 * sums when they end (BD-41), so a report holds whole transactions (BD-43).
 */
export class BreakdownMetricSet extends SpanBoundMetricSet implements SelfTimeSink {
  /** Of the transactions' own time. */
  readonly #own = new SeriesByName<Timer>((name, type) => this.#timer(name, type, "app", ""));
  #overflow: OverflowGroups | undefined;

  addTransaction(name: string, type: string, sums: SelfTimes, selfTimeUs: number): void {
    for (const entry of sums.entries)
      this.#timer(name, type, entry.type, entry.subtype).update(entry.sumUs, entry.count);
    this.#own.get(name, type).update(selfTimeUs, 1);
  }

  #timer(name: string, type: string, spanType: string, spanSubtype: string): Timer {
    // A subtype that is empty is no label (BD-1).
    const labels: Labels =
      spanSubtype === ""
        ? { "span.type": spanType, "transaction.name": name, "transaction.type": type }
        : { "span.subtype": spanSubtype, "span.type": spanType, "transaction.name": name, "transaction.type": type };
    return this.timer(NAME, labels, OPTIONS);
  }

  protected override overflowLabels(_kind: Kind, _name: string, labels: Labels): Labels {
    // In two steps: the compiler drops the parentheses of `new (require(…)).OverflowGroups(…)`.
    const { OverflowGroups } = require("./overflow-groups.js") as typeof import("./overflow-groups.js");
    this.#overflow ??= new OverflowGroups(["span.subtype", "span.type", "transaction.name", "transaction.type"]);
    return this.#overflow.labelsFor(labels);
  }
}
