import { parseDuration, parseTime } from "@tidegauge/protocol/query";
import { UsageError } from "../failure.js";

/** Milliseconds of a duration such as `10s`, `5m`, `1h`, `7d`, as the query API reads it. */
export function parseDurationMs(text: string): number {
  const durationMs = parseDuration(text) ?? 0;
  if (durationMs > 0) return durationMs;
  throw new UsageError(`'${text}' is not a duration; write a number and s, m, h or d, such as 10s`);
}

/** Epoch milliseconds of a time as the query API reads it: `now`, `now-15m`, epoch milliseconds or ISO 8601, UTC unless it says otherwise. */
export function parseTimeMs(text: string, nowMs: number): number {
  const timeMs = parseTime(text, nowMs);
  if (timeMs !== undefined) return timeMs;
  throw new UsageError(`'${text}' is not a time; write now-15m, ISO 8601 or epoch milliseconds`);
}
