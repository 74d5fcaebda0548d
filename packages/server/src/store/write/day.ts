const DAY_MS = 86_400_000;
/** The last time that fits `YYYY-MM-DD`. */
const LAST_MS = 253_402_300_799_000;
/** The day asked for last: nearly every batch arrives on the same one, and a date costs as much to write as some samples. */
let known = { number: Number.NaN, text: "" };

/** The UTC day of a time, `YYYY-MM-DD`. Years beyond four digits are the last that fit. */
export function dayOf(timeMs: number): string {
  const number = Math.floor(Math.min(Math.max(timeMs, 0), LAST_MS) / DAY_MS);
  if (number !== known.number) known = { number, text: new Date(number * DAY_MS).toISOString().slice(0, 10) };
  return known.text;
}
