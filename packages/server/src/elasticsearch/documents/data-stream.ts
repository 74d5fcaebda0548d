import type { Metricset } from "@tidegauge/protocol";
import { INTERNAL_METRIC_NAMES } from "./internal-metric-names.js";

/** Dataset of breakdown documents and of what Elastic's agents report of themselves and their runtime. */
export const INTERNAL_DATASET = "apm.internal";

const APP_DATASET = "apm.app.";

/** The dataset of a metricset (server-intake.md §8.7): one unknown name moves the whole to the application's own (SRV-60). */
export function datasetOf(metricset: Metricset, serviceName: string): string {
  if (metricset.transaction !== undefined || metricset.span !== undefined || serviceName === "")
    return INTERNAL_DATASET;
  for (const name in metricset.samples) {
    if (!INTERNAL_METRIC_NAMES.has(name)) return APP_DATASET + datasetPart(serviceName);
  }
  return INTERNAL_DATASET;
}

/** A service name as part of a dataset: lower case, and `_` for what a data stream's name must not hold; a name in an event may hold anything. */
function datasetPart(serviceName: string): string {
  return serviceName.toLowerCase().replace(FORBIDDEN, "_");
}

const FORBIDDEN = /[\p{Cc}\s\\/*?"<>|,#:-]/gu;

/** `metrics-<dataset>-<namespace>`. */
export function dataStreamName(dataset: string, namespace: string): string {
  return `metrics-${dataset}-${namespace}`;
}
