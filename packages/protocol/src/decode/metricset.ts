import type { Metricset, Sample, WireLabelValue } from "../metricset.js";
import { brokenRule, DecodeError, wrongShape } from "./decode-error.js";
import { checkLabels, isObject, isTextOrNothing, isTooLong, pickLabels, timestampUs } from "./rules.js";
import { breakdownSamples, checkSamples, dropUnequal } from "./samples.js";

/** What was left out of accepted metricsets; the server counts it as refused. */
export interface Refused {
  /** Samples whose `values` and `counts` differ in length (D-SRV-3). */
  histogramLength: number;
  /** Breakdown metricsets without a usable sample, which vanish (D-SRV-4). */
  breakdownEmpty: number;
}

type JsonObject = { [name: string]: unknown };

/**
 * Checks the value of a `metricset` line (wire-and-transport.md §7.2, SRV-30) and returns it, or why it is not accepted, or null for a breakdown
 * metricset that vanishes (SRV-45). The sample objects of `value` become part of the result; what is not clean in them is replaced. Never throws.
 *
 * `nowUs` is the timestamp of an event that has none (SRV-40). What is left out is added to `refused`.
 */
export function decodeMetricset(value: unknown, nowUs: number, refused: Refused): Metricset | DecodeError | null {
  if (value === null || value === undefined) return brokenRule("'metricset' required");
  if (!isObject(value)) return wrongShape("metricset", "expects an object or null");
  const { samples, tags, timestamp, transaction, span, service, faas } = value;
  // Types of all fields come first, rules after, so that an event with both kinds of fault is reported as APM Server does.
  if (samples !== null && samples !== undefined && !isObject(samples)) {
    return wrongShape("metricset.samples", "expects an object or null");
  }
  if (tags !== null && tags !== undefined && !isObject(tags)) {
    return wrongShape("metricset.tags", "expects an object or null");
  }
  let time = nowUs;
  if (timestamp !== null && timestamp !== undefined) {
    const us = timestampUs(timestamp);
    if (us === undefined) return wrongShape("metricset.timestamp", "expects integer microseconds since the epoch");
    time = us;
  }
  const shape =
    checkStrings(transaction, "transaction", "name", "type") ??
    checkStrings(span, "span", "type", "subtype") ??
    checkStrings(service, "service", "name", "version") ??
    (faas === null || faas === undefined || isObject(faas)
      ? undefined
      : wrongShape("metricset.faas", "expects an object"));
  if (shape !== undefined) return shape;

  const hasTransaction = isRefSet(transaction, "name", "type");
  const hasSpan = isRefSet(span, "type", "subtype");
  const broken = isObject(samples) ? checkSamples(samples as JsonObject) : undefined;
  if (broken instanceof DecodeError) return broken;
  if (!isObject(samples) || broken === "empty") {
    const isSet =
      (timestamp !== null && timestamp !== undefined) ||
      hasTransaction ||
      hasSpan ||
      isRefSet(service, "name", "version") ||
      (isObject(tags) && Object.keys(tags).length > 0) ||
      (isObject(faas) && Object.keys(faas).length > 0);
    return brokenRule(isSet ? "metricset: 'samples' required" : "'metricset' required");
  }
  if (broken !== undefined) return brokenRule(`metricset: ${broken}`);
  const tooLong =
    checkLength(service, "service", "name", "version") ??
    checkLength(span, "span", "type", "subtype") ??
    (isObject(tags) ? checkLabels(tags, "tags") : undefined) ??
    checkLength(transaction, "transaction", "name", "type");
  if (tooLong !== undefined) return brokenRule(`metricset: ${tooLong}`);

  return assemble(samples as Record<string, Sample>, time, value, hasTransaction, hasSpan, refused);
}

function assemble(
  samples: Record<string, Sample>,
  timestamp: number,
  value: { readonly [name: string]: unknown },
  hasTransaction: boolean,
  hasSpan: boolean,
  refused: Refused,
): Metricset | null {
  let kept = samples;
  if (hasTransaction) {
    const breakdown = hasSpan ? breakdownSamples(samples) : undefined;
    if (breakdown === undefined) {
      refused.breakdownEmpty++;
      return null;
    }
    kept = breakdown;
  } else {
    refused.histogramLength += dropUnequal(samples);
  }
  const metricset: Metricset = { samples: kept, timestamp };
  const { tags } = value;
  if (isObject(tags)) {
    const labels = hasNull(tags) ? pickLabels(tags) : (tags as Record<string, WireLabelValue>);
    if (labels !== undefined) metricset.tags = labels;
  }
  if (hasTransaction) metricset.transaction = onlyKnown(value.transaction as JsonObject, "name", "type");
  if (hasSpan) metricset.span = onlyKnown(value.span as JsonObject, "type", "subtype");
  const service = value.service as { name?: string | null; version?: string | null } | null | undefined;
  if (isRefSet(service, "name", "version")) {
    metricset.service = {};
    if (typeof service?.name === "string") metricset.service.name = service.name;
    if (typeof service?.version === "string") metricset.service.version = service.version;
  }
  return metricset;
}

function hasNull(labels: { readonly [key: string]: unknown }): boolean {
  let empty = true;
  for (const key in labels) {
    if (labels[key] === null) return true;
    empty = false;
  }
  return empty;
}

/** `transaction`, `span` and `service` are objects of two optional strings. */
function checkStrings(value: unknown, name: string, first: string, second: string): DecodeError | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) return wrongShape(`metricset.${name}`, "expects an object or null");
  if (!isTextOrNothing(value[first]) || !isTextOrNothing(value[second]))
    return wrongShape(`metricset.${name}`, "expects strings or null");
  return undefined;
}

/** The object itself where it has no field but these, which is usual; unknown ones are ignored (SRV-30). */
function onlyKnown(value: JsonObject, first: string, second: string): { [field: string]: string | null } {
  for (const field in value) {
    if (field === first || field === second) continue;
    const known: JsonObject = {};
    if (value[first] !== undefined) known[first] = value[first];
    if (value[second] !== undefined) known[second] = value[second];
    return known as { [field: string]: string | null };
  }
  return value as { [field: string]: string | null };
}

function isRefSet(value: unknown, first: string, second: string): boolean {
  return isObject(value) && (typeof value[first] === "string" || typeof value[second] === "string");
}

function checkLength(value: unknown, name: string, first: string, second: string): string | undefined {
  if (!isObject(value)) return undefined;
  for (const field of [first, second]) {
    const text = value[field];
    if (typeof text === "string" && isTooLong(text))
      return `${name}: '${field}': validation rule 'maxLength(1024)' violated`;
  }
  return undefined;
}
