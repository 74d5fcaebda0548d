const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^(\d{1,9})(s|m|h|d)$/;
const RELATIVE = /^now(?:([+-])(\d{1,9})(s|m|h|d))?$/;
const ISO = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/;
/** The last time that still has a date. */
const MAX_MS = 8.64e15;

/** A duration as `30s`, `5m`, `1h`, `7d` in milliseconds; undefined for other text. */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text);
  return match === null ? undefined : Number(match[1]) * (UNIT_MS[match[2] as string] as number);
}

/** A time as ISO 8601 (UTC unless it says otherwise), epoch milliseconds, `now` or `now-15m`; undefined for other text. */
export function parseTime(text: string, nowMs: number): number | undefined {
  const relative = RELATIVE.exec(text);
  if (relative !== null) {
    const [, sign, amount, unit] = relative;
    const shift = amount === undefined ? 0 : Number(amount) * (UNIT_MS[unit as string] as number);
    return inRange(sign === "-" ? nowMs - shift : nowMs + shift);
  }
  if (/^\d{1,16}$/.test(text)) return inRange(Number(text));
  const iso = ISO.exec(text);
  if (iso === null) return undefined;
  return inRange(Date.parse(text.includes("T") && iso[1] === undefined ? `${text}Z` : text));
}

function inRange(timeMs: number): number | undefined {
  return timeMs >= -MAX_MS && timeMs <= MAX_MS ? Math.floor(timeMs) : undefined;
}
