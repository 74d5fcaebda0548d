/** A time range as the URL and the query API write it: `now-15m` or epoch milliseconds. */
export interface TimeRange {
  from: string;
  to: string;
  /** Paused: the instant that `now` stands for, epoch milliseconds. */
  pausedAtMs: number | null;
}

/** What a URL without a range means. */
export const DEFAULT_RANGE: TimeRange = { from: "now-15m", to: "now", pausedAtMs: null };

const UNIT_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The ranges offered to choose from. */
export const PRESETS: readonly { from: string; label: string }[] = [
  { from: "now-1m", label: "Last minute" },
  { from: "now-5m", label: "Last 5 minutes" },
  { from: "now-15m", label: "Last 15 minutes" },
  { from: "now-30m", label: "Last 30 minutes" },
  { from: "now-1h", label: "Last hour" },
  { from: "now-3h", label: "Last 3 hours" },
  { from: "now-6h", label: "Last 6 hours" },
  { from: "now-12h", label: "Last 12 hours" },
  { from: "now-24h", label: "Last 24 hours" },
  { from: "now-7d", label: "Last 7 days" },
  { from: "now-30d", label: "Last 30 days" },
];

/** Epoch milliseconds of `now`, `now-15m`, `1700000000000` or an ISO 8601 text (UTC unless it says otherwise), as the query API reads them; null if it is none of them. */
export function resolveTime(text: string, nowMs: number): number | null {
  if (text === "now") return nowMs;
  const relative = /^now-(\d+)([smhd])$/.exec(text);
  if (relative) return nowMs - Number(relative[1]) * (UNIT_MS[relative[2] as string] as number);
  if (/^\d{11,}$/.test(text)) return Number(text);
  const isLocal = /^\d{4}-\d\d-\d\dT[\d:.]+$/.test(text);
  const parsed = /^\d{4}-/.test(text) ? Date.parse(isLocal ? `${text}Z` : text) : Number.NaN;
  return Number.isNaN(parsed) ? null : parsed;
}

/** Reads the range from the URL's parameters; without one it begins at `usualFrom`, and what makes no sense is the default. */
export function readRange(parameters: URLSearchParams, usualFrom: string = DEFAULT_RANGE.from): TimeRange {
  const from = parameters.get("from") ?? usualFrom;
  const to = parameters.get("to") ?? DEFAULT_RANGE.to;
  const at = Number(parameters.get("at") ?? Number.NaN);
  const pausedAtMs = Number.isFinite(at) && at > 0 ? at : null;
  const start = resolveTime(from, pausedAtMs ?? Date.now());
  const end = resolveTime(to, pausedAtMs ?? Date.now());
  if (start === null || end === null || start >= end) return { ...DEFAULT_RANGE, pausedAtMs };
  return { from, to, pausedAtMs };
}

/** Ends at now, so new data can appear in it. */
export function isRelative(range: TimeRange): boolean {
  return range.to === "now";
}

/** New data is shown as it arrives. */
export function isLive(range: TimeRange): boolean {
  return isRelative(range) && range.pausedAtMs === null;
}

/** Length in milliseconds. */
export function rangeLength(range: TimeRange): number {
  const now = range.pausedAtMs ?? Date.now();
  return (resolveTime(range.to, now) ?? now) - (resolveTime(range.from, now) ?? now);
}

/** What the query API is asked: relative while live, so that the server's clock decides, absolute while paused. */
export function queryTimes(range: TimeRange): { from: string; to: string } {
  if (range.pausedAtMs === null) return { from: range.from, to: range.to };
  const at = range.pausedAtMs;
  return { from: String(resolveTime(range.from, at)), to: String(resolveTime(range.to, at)) };
}
