import type { Metricset, Sample, WireLabelValue } from "../metricset.js";
import { brokenRule, DecodeError, wrongShape } from "./decode-error.js";
import { checkLabels, isObject, isTooLong, pickLabels, timestampUs } from "./rules.js";

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
  if (hasTransaction) metricset.transaction = value.transaction as NonNullable<Metricset["transaction"]>;
  if (hasSpan) metricset.span = value.span as NonNullable<Metricset["span"]>;
  const service = value.service as { name?: string | null; version?: string | null } | null | undefined;
  if (isRefSet(service, "name", "version")) {
    metricset.service = {};
    if (typeof service?.name === "string") metricset.service.name = service.name;
    if (typeof service?.version === "string") metricset.service.version = service.version;
  }
  return metricset;
}

/**
 * Checks every sample and replaces the ones that are not clean. A wrong type anywhere is reported before a broken rule, so the first broken rule is kept
 * until all samples were seen. `"empty"`: there is no sample.
 */
function checkSamples(samples: JsonObject): DecodeError | string | undefined {
  let broken: string | undefined;
  let empty = true;
  for (const name in samples) {
    empty = false;
    const sample = samples[name];
    if (sample === null) {
      broken ??= REQUIRES_VALUE;
      continue;
    }
    if (!isObject(sample)) return wrongShape("metricset.samples", "expects objects");
    const { value, values, counts, type, unit, temporality } = sample;
    if (value !== null && value !== undefined && !(typeof value === "number" && Number.isFinite(value))) {
      return wrongShape("metricset.samples.value", "expects a finite number or null");
    }
    if (!isClean(type) || !isClean(unit)) return wrongShape("metricset.samples.type", "expects a string or null");
    if ((values !== undefined && values !== null) || (counts !== undefined && counts !== null)) {
      const shape = checkBuckets(values, counts);
      if (shape !== undefined) return shape;
    }
    const hasValues = Array.isArray(values) && values.length > 0;
    const hasCounts = Array.isArray(counts) && counts.length > 0;
    if (typeof value !== "number" && !hasValues) broken ??= REQUIRES_VALUE;
    else if (hasCounts && !hasValues) broken ??= "samples: 'values' required when 'counts' is set";
    else if (hasValues && !hasCounts) broken ??= "samples: 'counts' required when 'values' is set";
    if (name.includes("*") || name.includes('"')) {
      broken ??= "'samples': validation rule 'patternKeys(patternNoAsteriskQuote)' violated";
    }
    if (
      value === null ||
      (values !== undefined && !hasValues) ||
      (counts !== undefined && !hasCounts) ||
      (type !== undefined && !isKind(type)) ||
      unit === null ||
      (temporality !== undefined && temporality !== "delta")
    ) {
      samples[name] = clean(sample, hasValues);
    }
  }
  return empty ? "empty" : broken;
}

const REQUIRES_VALUE = "samples: requires at least one of the fields 'value;values'";

function isKind(type: unknown): boolean {
  return type === "gauge" || type === "counter" || type === "histogram";
}

function isClean(text: unknown): boolean {
  return text === undefined || text === null || typeof text === "string";
}

/** A sample with only known fields of known meaning. */
function clean(sample: { readonly [name: string]: unknown }, hasValues: boolean): Sample {
  const result: Sample = {};
  if (typeof sample.value === "number") result.value = sample.value;
  if (hasValues) {
    result.values = sample.values as number[];
    result.counts = sample.counts as number[];
  }
  if (isKind(sample.type)) result.type = sample.type as NonNullable<Sample["type"]>;
  if (typeof sample.unit === "string") result.unit = sample.unit;
  if (sample.temporality === "delta") result.temporality = "delta";
  return result;
}

/** Types of a histogram's arrays; a null inside counts as 0. Values out of order are put in order, with their counts. */
function checkBuckets(values: unknown, counts: unknown): DecodeError | undefined {
  let ordered = true;
  if (values !== null && values !== undefined) {
    if (!Array.isArray(values)) return wrongShape("metricset.samples.values", "expects an array or null");
    for (let i = 0; i < values.length; i++) {
      if (values[i] === null) values[i] = 0;
      const value: unknown = values[i];
      if (typeof value !== "number" || !Number.isFinite(value)) {
        return wrongShape("metricset.samples.values", "expects finite numbers");
      }
      if (i > 0 && value < (values[i - 1] as number)) ordered = false;
    }
  }
  if (counts !== null && counts !== undefined) {
    if (!Array.isArray(counts)) return wrongShape("metricset.samples.counts", "expects an array or null");
    for (let i = 0; i < counts.length; i++) {
      if (counts[i] === null) counts[i] = 0;
      const count: unknown = counts[i];
      if (!Number.isInteger(count) || (count as number) < 0) {
        return wrongShape("metricset.samples.counts", "expects integers of 0 or more");
      }
    }
  }
  if (!ordered) sortBuckets(values as number[], counts);
  return undefined;
}

function sortBuckets(values: number[], counts: unknown): void {
  if (!Array.isArray(counts) || counts.length !== values.length) return;
  const pairs = values.map((value, index): [number, number] => [value, counts[index] as number]);
  pairs.sort((a, b) => a[0] - b[0]);
  for (let i = 0; i < pairs.length; i++) {
    const pair = pairs[i] as [number, number];
    values[i] = pair[0];
    counts[i] = pair[1];
  }
}

/** Takes out the samples whose arrays differ in length (D-SRV-3); how many. */
function dropUnequal(samples: Record<string, Sample>): number {
  let dropped = 0;
  for (const name in samples) {
    const { values, counts } = samples[name] as Sample;
    if (values !== undefined && values.length !== counts?.length) {
      delete samples[name];
      dropped++;
    }
  }
  return dropped;
}

/** The two samples of a breakdown metricset; everything else in it is discarded. Undefined when it has neither. */
function breakdownSamples(samples: Record<string, Sample>): Record<string, Sample> | undefined {
  const count = samples["span.self_time.count"];
  const sum = samples["span.self_time.sum.us"];
  const kept: Record<string, Sample> = {};
  if (sum?.value !== undefined) kept["span.self_time.sum.us"] = sum;
  if (count?.value !== undefined) kept["span.self_time.count"] = count;
  return sum?.value === undefined && count?.value === undefined ? undefined : kept;
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
  if (!isClean(value[first]) || !isClean(value[second]))
    return wrongShape(`metricset.${name}`, "expects strings or null");
  return undefined;
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
