/** A metric as the documentation shows it. */
export interface MetricRow {
  readonly name: string;
  /** `percent` (a fraction), `byte`, `us`, `ms`, `nanos` or `count`. */
  readonly unit: string;
  readonly meaning: string;
  readonly source: string;
  /** Label names, if it has any. */
  readonly labels?: readonly string[];
}
