import { UsageError } from "../failure.js";

const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of a duration such as `10s`, `5m`, `1h`, `7d`. */
export function parseDurationMs(text: string): number {
  const match = /^(\d+)([smhd])$/.exec(text);
  if (match === null || Number(match[1]) === 0) {
    throw new UsageError(`'${text}' is not a duration; write a number and s, m, h or d, such as 10s`);
  }
  return Number(match[1]) * UNITS_MS[match[2] as keyof typeof UNITS_MS];
}

/** Epoch milliseconds of a time in the query API's forms: `now`, `now-15m`, epoch milliseconds or ISO 8601. */
export function parseTimeMs(text: string, nowMs: number): number {
  if (text === "now") return nowMs;
  if (text.startsWith("now-")) return nowMs - parseDurationMs(text.slice("now-".length));
  const timeMs = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (!Number.isFinite(timeMs)) {
    throw new UsageError(`'${text}' is not a time; write now-15m, ISO 8601 or epoch milliseconds`);
  }
  return timeMs;
}
