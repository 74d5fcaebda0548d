import type { Metricset, WireLabelValue } from "@tidegauge/protocol";
import { truncate } from "@tidegauge/protocol/encode";
import { MetricSet } from "./metricset.js";

/** A set whose labels `transaction.name`, `transaction.type`, `span.type` and `span.subtype` are sent as objects (REG-100…REG-104). */
export class SpanBoundMetricSet extends MetricSet {
  override beforeYield(metricset: Metricset): Metricset {
    const { tags } = metricset;
    if (tags === undefined) return metricset;
    const spanType = take(tags, "span.type");
    const spanSubtype = take(tags, "span.subtype");
    const name = take(tags, "transaction.name");
    const type = take(tags, "transaction.type");
    if (spanType || spanSubtype) metricset.span = { type: spanType ?? null, subtype: spanSubtype ?? "" };
    if (name || type) metricset.transaction = { name: name ?? null, type: type ?? null };
    if (Object.keys(tags).length === 0) delete metricset.tags;
    return metricset;
  }
}

function take(tags: Record<string, WireLabelValue>, key: string): string | undefined {
  const value = tags[key];
  if (value === undefined) return undefined;
  delete tags[key];
  return truncate(String(value));
}
