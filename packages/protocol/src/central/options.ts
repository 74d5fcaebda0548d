/** An option that an agent changes while it runs (configuration.md §6.3), and what its values may be (§6.2). */
export interface CentralOption {
  readonly name: string;
  /** `text` is any text, also an empty one. */
  readonly kind: "boolean" | "duration" | "enumeration" | "size" | "text";
  /** A value that reads well. */
  readonly example: string;
  /** Shortest duration, milliseconds. */
  readonly minMs?: number;
  /** A duration of 0 is allowed although it is below `minMs`. */
  readonly zero?: boolean;
  /** Values of an enumeration, in lower case. */
  readonly allowed?: readonly string[];
  /** Other spellings of them. */
  readonly spellings?: readonly string[];
}

const LEVELS = ["trace", "debug", "info", "warning", "error", "critical", "off"];

/**
 * Options whose values can be judged before an agent has them: an agent ignores a value against its rule and only logs it. conformance/browser compares
 * this table with the agent's own. What other agents understand beyond it is theirs to judge.
 */
export const CENTRAL_OPTIONS: readonly CentralOption[] = [
  { name: "metrics_interval", kind: "duration", example: "30s", minMs: 1000, zero: true },
  { name: "disable_metrics", kind: "text", example: "system.*, *.heap.*" },
  { name: "recording", kind: "boolean", example: "true" },
  { name: "log_level", kind: "enumeration", example: "info", allowed: LEVELS, spellings: ["warn", "fatal"] },
  { name: "transaction_ignore_urls", kind: "text", example: "/healthz, /static/*" },
  { name: "api_request_time", kind: "duration", example: "10s", minMs: 1 },
  { name: "api_request_size", kind: "size", example: "768kb" },
  { name: "context_propagation_only", kind: "boolean", example: "false" },
];

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };
const UNIT_BYTES: Readonly<Record<string, number>> = { b: 1, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30 };
/** The longest time a timer of Node.js can wait. */
const MAX_DURATION_MS = 2 ** 31 - 1;

/** What the value of an option must be, as the end of "it must be …"; undefined: the value is right, or the option is none of the table. */
export function expectedOf(name: string, value: string): string | undefined {
  const option = CENTRAL_OPTIONS.find((each) => each.name === name);
  switch (option?.kind) {
    case "boolean":
      return /^(true|false)$/i.test(value) ? undefined : "true or false";
    case "duration":
      return expectedDuration(option, value);
    case "enumeration":
      return expectedText(option, value);
    case "size":
      return expectedSize(value);
    default:
      return undefined;
  }
}

function expectedDuration({ minMs = 0, zero = false }: CentralOption, value: string): string | undefined {
  const [, digits, unit = ""] = /^(\d+)(ms|s|m)$/.exec(value) ?? [];
  if (digits === undefined) return "a whole number and a unit, ms, s or m, as in 30s";
  const ms = Number(digits) * (UNIT_MS[unit] ?? Number.NaN);
  if (ms > MAX_DURATION_MS) return "at most 24 days";
  return ms >= minMs || (ms === 0 && zero) ? undefined : `at least ${minMs}ms${zero ? ", or 0s" : ""}`;
}

function expectedSize(value: string): string | undefined {
  const [, digits, unit = ""] = /^(\d+)(b|kb|mb|gb)$/i.exec(value) ?? [];
  if (digits === undefined) return "a whole number and a unit, b, kb, mb or gb, as in 768kb";
  const bytes = Number(digits) * (UNIT_BYTES[unit.toLowerCase()] ?? Number.NaN);
  return Number.isSafeInteger(bytes) ? undefined : "smaller";
}

function expectedText({ allowed = [], spellings = [] }: CentralOption, value: string): string | undefined {
  const text = value.toLowerCase();
  return allowed.includes(text) || spellings.includes(text) ? undefined : `one of ${allowed.join(", ")}`;
}
