import { MetricSet } from "./metricset.js";

/** Named in `ELASTIC_APM_METRICS_SETS` by a test. */
export class Environment extends MetricSet {
  beforeCollect() {
    this.gauge("from_environment").set(1);
  }
}
