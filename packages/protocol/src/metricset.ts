/** A label value as it may stand on the wire. The agent's own API only sends strings (REG-26); OpenTelemetry keeps types (OT-31). */
export type WireLabelValue = string | number | boolean;

/** One named measurement inside a metricset: a number, or a histogram as parallel `values` and `counts` (W-15). */
export interface Sample {
  /** The number of a gauge, counter or timer part. Finite (W-14). */
  value?: number;
  /** Histogram only: representative value of each bucket, ascending. */
  values?: number[];
  /** Histogram only: observations in each bucket; non-negative integers, as many as `values`. */
  counts?: number[];
  /** How Elastic's server files the sample; unknown kinds are ignored by servers. */
  type?: "gauge" | "counter" | "histogram";
  /** Ours only: `"delta"` marks a sample that holds what happened since the last report (REG-33e, OT-60). */
  temporality?: "delta";
  /** Unit as sent by a foreign agent; ours sends none. */
  unit?: string;
}

/** The wire event `{"metricset": …}`: samples that share one label set and one timestamp. */
export interface Metricset {
  samples: Record<string, Sample>;
  /** Microseconds since the Unix epoch, UTC. */
  timestamp: number;
  /** The label set. `tags` is the wire's spelling and appears only in this package. */
  tags?: Record<string, WireLabelValue>;
  /** Breakdown only (W-19). */
  transaction?: { name?: string | null; type?: string | null };
  /** Breakdown only (W-19). */
  span?: { type?: string | null; subtype?: string | null };
  /** Overrides the metadata's service for this event (SRV-46). */
  service?: { name?: string; version?: string };
}
