import type { Sample } from "../metricset.js";
import { type DecodeError, wrongShape } from "./decode-error.js";
import { isObject, isTextOrNothing } from "./rules.js";

type JsonObject = { [name: string]: unknown };

/**
 * Checks every sample and replaces the ones that are not clean. A wrong type anywhere is reported before a broken rule, so the first broken rule is kept
 * until all samples were seen. `"empty"`: there is no sample.
 */
export function checkSamples(samples: JsonObject): DecodeError | string | undefined {
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
    if (!isTextOrNothing(type) || !isTextOrNothing(unit))
      return wrongShape("metricset.samples.type", "expects a string or null");
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

/** Counts are unsigned integers of 64 bits (SRV-30); APM Server refuses a larger one as a decode error. */
const COUNT_LIMIT = 2 ** 64;

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
      if (!Number.isInteger(count) || (count as number) < 0 || (count as number) >= COUNT_LIMIT) {
        return wrongShape("metricset.samples.counts", "expects integers of 0 or more, of 64 bits");
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
export function dropUnequal(samples: Record<string, Sample>): number {
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
export function breakdownSamples(samples: Record<string, Sample>): Record<string, Sample> | undefined {
  const count = samples["span.self_time.count"];
  const sum = samples["span.self_time.sum.us"];
  const kept: Record<string, Sample> = {};
  if (sum?.value !== undefined) kept["span.self_time.sum.us"] = sum;
  if (count?.value !== undefined) kept["span.self_time.count"] = count;
  return sum?.value === undefined && count?.value === undefined ? undefined : kept;
}
