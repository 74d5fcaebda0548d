import { accessSync, constants, statSync } from "node:fs";
import { resolve } from "node:path";
// Not the global one: that of a jsdom environment (Jest's, for instance) has no `canParse`.
import { URL } from "node:url";
import { WildcardMatcher } from "./matcher.js";
import type { OptionDefinition } from "./options.js";

/** Why a value of an option was not accepted; the message ends the sentence "ignored: …". */
export class InvalidValue extends Error {
  override readonly name = "InvalidValue";
}

const DURATION = /^(-)?(\d+)(ms|s|m)$/;
const SIZE = /^(\d+)(b|kb|mb|gb)$/i;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };
const UNIT_BYTES: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/**
 * Reads one value by the rules of configuration.md §6.2: text from the environment, a file or the server, or a JavaScript value given in code.
 * Throws `InvalidValue`.
 */
export function parseOption(option: OptionDefinition, raw: unknown): unknown {
  switch (option.type) {
    case "boolean":
      return parseBoolean(raw);
    case "duration":
      return inRange(option, parseDuration(raw), "ms");
    case "size":
      return inRange(option, parseSize(raw), " bytes");
    case "integer":
      return inRange(option, parseInteger(raw), "");
    case "string":
      return parseText(option, raw);
    case "path":
      return parsePath(raw);
    case "list":
      return parseList(raw);
    case "wildcards":
      return parseList(raw).map((pattern) => new WildcardMatcher(pattern));
    case "numbers":
      return parseNumbers(raw);
    case "mapping":
      return parseMapping(raw);
    case "enumeration":
      return parseEnumeration(option, raw);
    case "file":
      return parseFile(raw);
    case "url":
      return parseUrl(raw);
  }
}

function parseBoolean(raw: unknown): boolean {
  if (typeof raw === "boolean") return raw;
  const text = typeof raw === "string" ? raw.toLowerCase() : "";
  if (text === "true") return true;
  if (text === "false") return false;
  throw new InvalidValue("it must be true or false");
}

function parseDuration(raw: unknown): number {
  // A bare number is allowed in code only and means seconds: all duration options here have seconds as their usual unit.
  if (typeof raw === "number" && Number.isFinite(raw)) return Math.round(raw * 1000);
  const match = typeof raw === "string" ? DURATION.exec(raw) : null;
  if (!match) throw new InvalidValue("it must be a whole number and a unit, ms, s or m, as in 30s");
  return (match[1] ? -1 : 1) * Number(match[2]) * (UNIT_MS[match[3] as string] as number);
}

function parseSize(raw: unknown): number {
  const match = typeof raw === "string" ? SIZE.exec(raw) : null;
  if (!match) throw new InvalidValue("it must be a whole number and a unit, b, kb, mb or gb, as in 768kb");
  return Number(match[1]) * (UNIT_BYTES[(match[2] as string).toLowerCase()] as number);
}

function parseInteger(raw: unknown): number {
  const value = typeof raw === "string" && /^[+-]?\d+$/.test(raw.trim()) ? Number(raw) : raw;
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw new InvalidValue("it must be a whole number");
}

/** The longest time a timer of Node can wait; a longer one would fire at once. */
const MAX_DURATION_MS = 2 ** 31 - 1;

function inRange(option: OptionDefinition, value: number, unit: string): number {
  if (!Number.isSafeInteger(value)) throw new InvalidValue("it is too large");
  if (option.type === "duration" && value > MAX_DURATION_MS) throw new InvalidValue("it must be at most 24 days");
  if (value === 0 && option.zero) return 0;
  const min = option.min ?? (option.type === "integer" ? Number.NEGATIVE_INFINITY : 0);
  if (value < min) throw new InvalidValue(`it must be at least ${min}${unit}${option.zero ? ", or 0" : ""}`);
  return value;
}

function parseText(option: OptionDefinition, raw: unknown): string {
  if (typeof raw !== "string") throw new InvalidValue("it must be a text");
  if (option.pattern !== undefined && !new RegExp(option.pattern).test(raw)) {
    throw new InvalidValue(
      option.name === "service_name"
        ? "only letters, digits, space, _ and - are allowed, and not only spaces"
        : `it must match ${option.pattern}`,
    );
  }
  return raw;
}

function parsePath(raw: unknown): string {
  if (typeof raw !== "string") throw new InvalidValue("it must be a path");
  return raw === "" ? "" : resolve(raw);
}

function parseList(raw: unknown): string[] {
  const items = typeof raw === "string" ? raw.split(",") : raw;
  if (!Array.isArray(items) || items.some((item) => typeof item !== "string")) {
    throw new InvalidValue("it must be a comma-separated list");
  }
  return items.map((item: string) => item.trim()).filter((item) => item !== "");
}

function parseNumbers(raw: unknown): number[] {
  const items: unknown[] = Array.isArray(raw) ? raw : parseList(raw).map(Number);
  if (items.some((item) => typeof item !== "number" || !Number.isFinite(item))) {
    throw new InvalidValue("it must be a comma-separated list of numbers");
  }
  return [...new Set(items as number[])].sort((a, b) => a - b);
}

function parseMapping(raw: unknown): Record<string, string> {
  const entries: [string, string][] = [];
  if (typeof raw === "string") {
    for (const item of parseList(raw)) {
      const at = item.indexOf("=");
      if (at < 0) throw new InvalidValue("it must be a comma-separated list of key=value");
      entries.push([item.slice(0, at).trim(), item.slice(at + 1).trim()]);
    }
  } else if (raw !== null && typeof raw === "object" && !Array.isArray(raw)) {
    for (const [key, value] of Object.entries(raw))
      if (value !== undefined && value !== null) entries.push([key, String(value)]);
  } else {
    throw new InvalidValue("it must be a comma-separated list of key=value");
  }
  // No prototype: a label may be called `__proto__`.
  return Object.assign(Object.create(null), Object.fromEntries(entries));
}

function parseEnumeration(option: OptionDefinition, raw: unknown): string {
  const text = typeof raw === "string" || typeof raw === "boolean" ? String(raw).trim().toLowerCase() : undefined;
  if (text !== undefined) {
    const spelled = option.spellings?.[text] ?? text;
    if (option.allowed?.includes(spelled)) return spelled;
  }
  throw new InvalidValue(`it must be one of ${option.allowed?.join(", ")}`);
}

function parseFile(raw: unknown): string {
  if (typeof raw !== "string" || raw === "") throw new InvalidValue("it must be the path of a file");
  const path = resolve(raw);
  try {
    if (!statSync(path).isFile()) throw new InvalidValue("it is not a regular file");
    accessSync(path, constants.R_OK);
  } catch (error) {
    if (error instanceof InvalidValue) throw error;
    throw new InvalidValue("the file does not exist or cannot be read");
  }
  return path;
}

function parseUrl(raw: unknown): string {
  const text = raw instanceof URL ? raw.href : raw;
  if (typeof text === "string" && /^https?:\/\//i.test(text) && URL.canParse(text)) {
    if (isDecodable(new URL(text))) return text;
    throw new InvalidValue("a % in its user or password must be written as %25");
  }
  throw new InvalidValue("it must be an absolute http or https URL");
}

function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username);
    decodeURIComponent(password);
    return true;
  } catch {
    return false;
  }
}
