import type { Metricset, Sample } from "@tidegauge/protocol";
import type { Histogram } from "../instruments/histogram.js";
import type { Kind } from "../instruments/kind.js";
import type { Labels } from "../instruments/labels.js";
import type { InstrumentOptions } from "../instruments/metric.js";
import { MetricSet } from "../metricset.js";
import type { Outcome } from "../tracing/span.js";
import type { DurationSink } from "../tracing/tracer.js";
import type { OverflowGroups } from "./overflow-groups.js";
import { SeriesByName } from "./series-by-name.js";

const NAME = "transaction.duration.us";

/** 128 µs … 134 s, two bounds per doubling (BD-60). */
const BUCKETS: readonly number[] = Array.from({ length: 41 }, (_, i) => 2 ** ((i + 14) / 2));
const OPTIONS: InstrumentOptions = { resetOnCollect: true, buckets: BUCKETS };

/** `transaction.duration.us`: how long transactions took and how they went, so that rate, errors and percentiles need no traces (BD-60). */
export class TransactionMetricSet extends MetricSet implements DurationSink {
  readonly #byOutcome: Readonly<Record<Outcome, SeriesByName<Histogram>>> = {
    success: this.#of("success"),
    failure: this.#of("failure"),
    unknown: this.#of("unknown"),
  };
  #overflow: OverflowGroups | undefined;

  /** Adds one finished transaction, its duration in microseconds. */
  addDuration(name: string, type: string, outcome: Outcome, durationUs: number): void {
    this.#byOutcome[outcome].get(name, type).update(durationUs);
  }

  #of(outcome: Outcome): SeriesByName<Histogram> {
    return new SeriesByName((name, type) => {
      const labels: Labels = { "event.outcome": outcome, "transaction.name": name, "transaction.type": type };
      return this.histogram(NAME, labels, OPTIONS);
    });
  }

  /** Leaves out empty buckets: most of the 42 are. */
  override beforeYield(metricset: Metricset): Metricset {
    const sample = metricset.samples[NAME];
    if (sample !== undefined) metricset.samples[NAME] = withoutEmptyBuckets(sample);
    return metricset;
  }

  protected override overflowLabels(_kind: Kind, _name: string, labels: Labels): Labels {
    // The outcome stays: it has three values, and an error rate without it would be wrong.
    // In two steps: the compiler drops the parentheses of `new (require(…)).OverflowGroups(…)`.
    const { OverflowGroups } = require("./overflow-groups.js") as typeof import("./overflow-groups.js");
    this.#overflow ??= new OverflowGroups(["transaction.name", "transaction.type"]);
    return this.#overflow.labelsFor(labels);
  }
}

function withoutEmptyBuckets(sample: Sample): Sample {
  const counts = sample.counts ?? [];
  const filled = counts.map((_, i) => i).filter((i) => counts[i] !== 0);
  return {
    ...sample,
    counts: filled.map((i) => counts[i] as number),
    values: filled.map((i) => sample.values?.[i] as number),
  };
}
