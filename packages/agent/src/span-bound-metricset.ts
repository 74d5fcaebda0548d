import type { Metricset, WireLabelValue } from "@tidegauge/protocol";
import { MetricSet } from "./metricset.js";

/** A set whose labels `transaction.name`, `transaction.type`, `span.type` and `span.subtype` are sent as objects (REG-100…REG-104). */
export class SpanBoundMetricSet extends MetricSet {
  // Everybody imports the class; only an instance writes text.
  readonly #truncate = (require("@tidegauge/protocol/encode") as typeof import("@tidegauge/protocol/encode")).truncate;

  override beforeYield(metricset: Metricset): Metricset {
    const { tags } = metricset;
    if (tags === undefined) return metricset;
    const spanType = this.#take(tags, "span.type");
    const spanSubtype = this.#take(tags, "span.subtype");
    const name = this.#take(tags, "transaction.name");
    const type = this.#take(tags, "transaction.type");
    if (spanType || spanSubtype) metricset.span = { type: spanType ?? null, subtype: spanSubtype ?? "" };
    if (name || type) metricset.transaction = { name: name ?? null, type: type ?? null };
    if (Object.keys(tags).length === 0) delete metricset.tags;
    return metricset;
  }

  #take(tags: Record<string, WireLabelValue>, key: string): string | undefined {
    const value = tags[key];
    if (value === undefined) return undefined;
    delete tags[key];
    return this.#truncate(String(value));
  }
}
