/** An option an agent of ours changes while it runs (configuration.md §6.3), and the rule for its values (§6.2). */
export interface AgentOption {
  name: string;
  /** A value that reads well. */
  example: string;
  /** What is wrong with a value, as the end of "It must be …"; undefined: nothing. */
  expects(value: string): string | undefined;
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };
const UNIT_BYTES: Readonly<Record<string, number>> = { b: 1, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30 };

/** The longest time a timer of Node.js can wait. */
const MAX_DURATION_MS = 2 ** 31 - 1;

/** A duration of at least `minMs`, or 0 where that means "off". */
function duration(minMs: number, zero: boolean): AgentOption["expects"] {
  return (value) => {
    const [, digits, unit = ""] = /^(\d+)(ms|s|m)$/.exec(value) ?? [];
    if (digits === undefined) return "a whole number and a unit, ms, s or m, as in 30s";
    const ms = Number(digits) * (UNIT_MS[unit] ?? Number.NaN);
    if (ms > MAX_DURATION_MS) return "at most 24 days";
    if (ms >= minMs || (ms === 0 && zero)) return undefined;
    return `at least ${minMs}ms${zero ? ", or 0s" : ""}`;
  };
}

function size(value: string): string | undefined {
  const [, digits, unit = ""] = /^(\d+)(b|kb|mb|gb)$/i.exec(value) ?? [];
  if (digits === undefined) return "a whole number and a unit, b, kb, mb or gb, as in 768kb";
  const bytes = Number(digits) * (UNIT_BYTES[unit.toLowerCase()] ?? Number.NaN);
  return Number.isSafeInteger(bytes) ? undefined : "smaller";
}

function boolean(value: string): string | undefined {
  return /^(true|false)$/i.test(value) ? undefined : "true or false";
}

const LEVELS = ["trace", "debug", "info", "warning", "error", "critical", "off"];

function level(value: string): string | undefined {
  return [...LEVELS, "warn", "fatal"].includes(value.toLowerCase()) ? undefined : `one of ${LEVELS.join(", ")}`;
}

/** Any text is a list, also an empty one. */
const list = (): undefined => undefined;

/**
 * What the form knows. The agent ignores and logs a value against its rule, while the server sees only that it has the
 * configuration; so such a value is not to be saved. conformance/browser compares this table with the agent's own.
 */
export const OPTIONS: readonly AgentOption[] = [
  { name: "metrics_interval", example: "30s", expects: duration(1000, true) },
  { name: "disable_metrics", example: "system.*, *.heap.*", expects: list },
  { name: "recording", example: "true", expects: boolean },
  { name: "log_level", example: "info", expects: level },
  { name: "transaction_ignore_urls", example: "/healthz, /static/*", expects: list },
  { name: "api_request_time", example: "10s", expects: duration(1, false) },
  { name: "api_request_size", example: "768kb", expects: size },
  { name: "context_propagation_only", example: "false", expects: boolean },
];

/** What is wrong with the value of an option, as a sentence. Options of other agents are theirs to judge. */
export function problemOf(option: string, value: string): string | undefined {
  const expected = OPTIONS.find(({ name }) => name === option.trim())?.expects(value.trim());
  return expected === undefined ? undefined : `It must be ${expected}.`;
}
