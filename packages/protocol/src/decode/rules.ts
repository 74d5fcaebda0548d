import { MAX_KEYWORD_LENGTH } from "../limits.js";
import { brokenRule, type DecodeError, wrongShape } from "./decode-error.js";

/** What one field of an event may hold. `null` is the same as absent everywhere. Unknown fields are ignored (W-18). */
export interface Rule {
  readonly name: string;
  readonly type:
    | "string"
    | "number"
    | "integer"
    | "boolean"
    | "stringOrInteger"
    | "strings"
    | "labels"
    | "timestamp"
    | Rules;
  readonly required?: boolean;
  /** Not longer than 1,024 code points (W-16). */
  readonly keyword?: boolean;
  readonly minLength?: number;
  readonly min?: number;
  readonly pattern?: RegExp;
  readonly patternName?: string;
  readonly oneOf?: readonly string[];
  /** Required when one of these sibling fields is set. */
  readonly requiredIfAny?: readonly string[];
}

/** An object: its fields, and of which fields at least one must be set. */
export interface Rules {
  readonly fields: readonly Rule[];
  readonly anyOf?: readonly string[];
}

type JsonObject = { readonly [name: string]: unknown };

/**
 * Checks a parsed object against its rules: first every type (a `decode error`), then every rule (a `validation error`), as APM Server does.
 * For events that are not on the hot path; metricsets have their own decoder.
 */
export function check(value: unknown, rules: Rules, name: string): DecodeError | undefined {
  const shape = checkTypes(value, rules, name);
  if (shape !== undefined) return wrongShape(shape[0], shape[1]);
  if (!isSet(value, rules)) return brokenRule(`'${name}' required`);
  const broken = checkRules(value as JsonObject, rules);
  return broken === undefined ? undefined : brokenRule(`${name}: ${broken}`);
}

/** A copy that holds only the known fields that are set. */
export function pick(value: JsonObject, rules: Rules): { [name: string]: unknown } {
  const copy: { [name: string]: unknown } = {};
  for (const rule of rules.fields) {
    const field = value[rule.name];
    if (field === null || field === undefined) continue;
    if (typeof rule.type === "object") {
      if (isSet(field, rule.type)) copy[rule.name] = pick(field as JsonObject, rule.type);
    } else if (rule.type === "labels") {
      const labels = pickLabels(field as JsonObject);
      if (labels !== undefined) copy[rule.name] = labels;
    } else {
      copy[rule.name] = field;
    }
  }
  return copy;
}

/** The labels without null values; undefined when none is left. */
export function pickLabels(labels: JsonObject): { [key: string]: string | number | boolean } | undefined {
  let result: { [key: string]: string | number | boolean } | undefined;
  for (const key in labels) {
    const value = labels[key];
    if (value === null) continue;
    // A null prototype: a label may be called `__proto__`.
    result ??= Object.create(null) as { [key: string]: string | number | boolean };
    result[key] = value as string | number | boolean;
  }
  return result;
}

/** The rule that a label set breaks, or undefined. Values are strings of at most 1,024 code points, numbers, booleans or null. */
export function checkLabels(labels: JsonObject, name: string): string | undefined {
  for (const key in labels) {
    const value = labels[key];
    if (typeof value === "string") {
      if (isTooLong(value)) return `'${name}': validation rule 'maxLengthVals(1024)' violated`;
    } else if (typeof value !== "number" && typeof value !== "boolean" && value !== null) {
      return `'${name}': validation rule 'inputTypesVals(string;bool;number)' violated for key ${key}`;
    }
  }
  return undefined;
}

/** Longer than 1,024 code points? Only a string of more UTF-16 units than that is counted. */
export function isTooLong(text: string): boolean {
  if (text.length <= MAX_KEYWORD_LENGTH) return false;
  if (text.length > 2 * MAX_KEYWORD_LENGTH) return true;
  let count = 0;
  for (const _ of text) count++;
  return count > MAX_KEYWORD_LENGTH;
}

/** Whether a JSON value is an object, not an array or null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What an optional text field may hold. */
export function isTextOrNothing(value: unknown): boolean {
  return value === undefined || value === null || typeof value === "string";
}

/** RFC 3339, as some agents write times. */
const TIMESTAMP = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** Microseconds since the epoch of a wire timestamp: an integer, or an RFC 3339 text (SRV-30). Undefined if it is neither. */
export function timestampUs(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== "string" || !TIMESTAMP.test(value)) return undefined;
  const ms = Date.parse(value);
  if (Number.isNaN(ms)) return undefined;
  const fraction = /\.\d{3}(\d{1,3})/.exec(value)?.[1] ?? "";
  return ms * 1000 + Number(fraction.padEnd(3, "0"));
}

function checkTypes(value: unknown, rules: Rules, path: string): [where: string, expected: string] | undefined {
  if (value === null || value === undefined) return undefined;
  if (!isObject(value)) return [path, "expects an object or null"];
  for (const rule of rules.fields) {
    const field = value[rule.name];
    if (field === null || field === undefined) continue;
    const where = `${path}.${rule.name}`;
    if (typeof rule.type === "object") {
      const nested = checkTypes(field, rule.type, where);
      if (nested !== undefined) return nested;
    } else {
      const expected = wrongType(field, rule.type);
      if (expected !== undefined) return [where, expected];
    }
  }
  return undefined;
}

function wrongType(field: unknown, type: Exclude<Rule["type"], Rules>): string | undefined {
  switch (type) {
    case "string":
      return typeof field === "string" ? undefined : "expects a string or null";
    case "number":
      return typeof field === "number" && Number.isFinite(field) ? undefined : "expects a number or null";
    case "integer":
      return Number.isSafeInteger(field) ? undefined : "expects an integer or null";
    case "boolean":
      return typeof field === "boolean" ? undefined : "expects a boolean or null";
    case "stringOrInteger":
      return typeof field === "string" || Number.isSafeInteger(field)
        ? undefined
        : "expects a string, an integer or null";
    case "strings":
      return Array.isArray(field) && field.every((item) => typeof item === "string")
        ? undefined
        : "expects an array of strings";
    case "labels":
      return isObject(field) ? undefined : "expects an object or null";
    case "timestamp":
      return timestampUs(field) === undefined ? "expects integer microseconds since the epoch" : undefined;
  }
}

function isSet(value: unknown, rules: Rules): boolean {
  if (!isObject(value)) return false;
  for (const rule of rules.fields) {
    if (isFieldSet(value[rule.name], rule)) return true;
  }
  return false;
}

function isFieldSet(field: unknown, rule: Rule): boolean {
  if (field === null || field === undefined) return false;
  if (typeof rule.type === "object") return isSet(field, rule.type);
  if (rule.type === "labels") return Object.keys(field).length > 0;
  if (rule.type === "strings") return (field as unknown[]).length > 0;
  return true;
}

function checkRules(value: JsonObject, rules: Rules): string | undefined {
  for (const rule of rules.fields) {
    const field = value[rule.name];
    if (!isFieldSet(field, rule)) {
      if (rule.required === true) return `'${rule.name}' required`;
      const cause = rule.requiredIfAny?.find((name) => value[name] !== null && value[name] !== undefined);
      if (cause !== undefined) return `'${rule.name}' required when '${cause}' is set`;
      continue;
    }
    const broken =
      typeof rule.type === "object"
        ? nested(rule.name, checkRules(field as JsonObject, rule.type))
        : checkField(field, rule);
    if (broken !== undefined) return broken;
  }
  if (rules.anyOf !== undefined) {
    const some = rules.fields.some((rule) => rules.anyOf?.includes(rule.name) && isFieldSet(value[rule.name], rule));
    if (!some) return `requires at least one of the fields '${rules.anyOf.join(";")}'`;
  }
  return undefined;
}

function nested(name: string, broken: string | undefined): string | undefined {
  return broken === undefined ? undefined : `${name}: ${broken}`;
}

function checkField(field: unknown, rule: Rule): string | undefined {
  if (rule.type === "labels") return checkLabels(field as JsonObject, rule.name);
  const violated = (name: string): string => `'${rule.name}': validation rule '${name}' violated`;
  if (typeof field === "string") {
    if (rule.minLength !== undefined && field.length < rule.minLength) return violated(`minLength(${rule.minLength})`);
    if (rule.keyword === true && isTooLong(field)) return violated(`maxLength(${MAX_KEYWORD_LENGTH})`);
    if (rule.pattern !== undefined && !rule.pattern.test(field)) return violated(`pattern(${rule.patternName})`);
    if (rule.oneOf !== undefined && !rule.oneOf.includes(field)) return violated("enum(enumOutcome)");
  } else if (typeof field === "number" && rule.min !== undefined && field < rule.min) {
    return violated(`min(${rule.min})`);
  }
  return undefined;
}
