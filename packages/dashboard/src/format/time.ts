/** Writes instants and spans of time for people, in the browser's time zone and a 24-hour clock. */

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** `14:03:27` */
export function formatClock(timestampMs: number): string {
  const date = new Date(timestampMs);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `2026-11-26 14:03:27` */
export function formatDateTime(timestampMs: number): string {
  const date = new Date(timestampMs);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${formatClock(timestampMs)}`;
}

/** How long ago: `now`, `12 s ago`, `5 min ago`, `3 h ago`, `2 d ago`. */
export function formatAge(timestampMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - timestampMs) / 1000));
  if (seconds < 2) return "now";
  if (seconds < 90) return `${seconds} s ago`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} d ago`;
}

/** A step or window: `10 s`, `5 min`, `2 h`, `7 d`. */
export function formatSpan(spanMs: number): string {
  const seconds = spanMs / 1000;
  if (seconds < 60) return `${Number(seconds.toFixed(1))} s`;
  if (seconds < 3600) return `${Number((seconds / 60).toFixed(1))} min`;
  if (seconds < 86_400) return `${Number((seconds / 3600).toFixed(1))} h`;
  return `${Number((seconds / 86_400).toFixed(1))} d`;
}

const TIME_STEPS_MS = [
  1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 72e5, 108e5, 216e5, 432e5, 864e5, 1728e5, 6048e5,
];

/** Times for an axis from `minMs` to `maxMs`, at most `count` of them, on round local times. */
export function timeTicks(minMs: number, maxMs: number, count: number): number[] {
  const step =
    TIME_STEPS_MS.find((candidate) => (maxMs - minMs) / candidate <= count) ?? Math.ceil((maxMs - minMs) / count);
  const offset = new Date(minMs).getTimezoneOffset() * 60_000;
  const ticks: number[] = [];
  for (let tick = Math.ceil((minMs - offset) / step) * step + offset; tick <= maxMs; tick += step) ticks.push(tick);
  return ticks;
}

/** Axis labels: seconds only when the steps need them, the date on its first tick and at midnight. */
export function formatTimeTicks(ticks: readonly number[]): string[] {
  const first = ticks[0];
  const second = ticks[1];
  if (first === undefined) return [];
  const step = second === undefined ? 60_000 : second - first;
  const severalDays = new Date(first).toDateString() !== new Date(ticks.at(-1) as number).toDateString();
  return ticks.map((tick) => {
    const date = new Date(tick);
    const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
    if (step >= 86_400_000) return day;
    if (severalDays && date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0) return day;
    const clock = formatClock(tick);
    return step < 60_000 ? clock : clock.slice(0, 5);
  });
}
