import type { Sample } from "@tidegauge/protocol";
import type { MetricKind } from "@tidegauge/protocol/query";

/**
 * What the values of one series mean, with the temporality of a histogram spelled out. `histogram_unknown` is an unmarked histogram of a foreign
 * agent: its first three reports decide (design: Query semantics), when a query reads them.
 */
export type SeriesKind =
  | "gauge"
  | "delta"
  | "cumulative"
  | "histogram_delta"
  | "histogram_cumulative"
  | "histogram_unknown";

/** A kind and whether it was inferred instead of said by the sender. */
export interface Meaning {
  readonly kind: SeriesKind;
  readonly inferred: boolean;
}

const said = (kind: SeriesKind): Meaning => ({ kind, inferred: false });
const inferred = (kind: SeriesKind): Meaning => ({ kind, inferred: true });

const GAUGE = said("gauge");
const DELTA = said("delta");
const CUMULATIVE = said("cumulative");
const HISTOGRAM_DELTA = said("histogram_delta");
const HISTOGRAM_CUMULATIVE = said("histogram_cumulative");
const INFERRED_GAUGE = inferred("gauge");
const INFERRED_CUMULATIVE = inferred("cumulative");
const INFERRED_HISTOGRAM = inferred("histogram_unknown");

const PROMETHEUS_PREFIX = "prometheus.metrics.";
/** The untyped parts of a timer: `.count`, `.sum`, `.sum.us`. */
const TIMER_PART = /\.(count|sum|sum\.[a-z]+)$/;

/**
 * The kind of a sample (design: Series identity and what a value means). The wire says it where it can: `temporality`, `type`; our agent's unmarked
 * instruments are cumulative; for other agents the name decides, and what is left is inferred.
 */
export function meaningOf(name: string, sample: Sample, fromTidegauge: boolean, agentName: string): Meaning {
  const delta = sample.temporality === "delta";
  if (sample.values !== undefined) {
    if (delta) return HISTOGRAM_DELTA;
    return fromTidegauge || name.startsWith(PROMETHEUS_PREFIX) ? HISTOGRAM_CUMULATIVE : INFERRED_HISTOGRAM;
  }
  if (sample.type === "gauge") return GAUGE;
  if (delta) return DELTA;
  if (fromTidegauge) return CUMULATIVE;
  if (sample.type === "counter" || name.startsWith("span.self_time.") || name.startsWith("agent.")) return DELTA;
  if (name.startsWith(PROMETHEUS_PREFIX)) return CUMULATIVE;
  // The Python agent marks its gauges, so what it leaves unmarked counts; the Node agent marks nothing.
  if (agentName === "python") return INFERRED_CUMULATIVE;
  return agentName !== "nodejs" && TIMER_PART.test(name) ? INFERRED_CUMULATIVE : INFERRED_GAUGE;
}

/** The kind as the query API names it. */
export function metricKind(kind: SeriesKind): MetricKind {
  return kind.startsWith("histogram") ? "histogram" : (kind as MetricKind);
}
