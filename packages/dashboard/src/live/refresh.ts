/**
 * How often a view of `rangeMs` asks again at most, in milliseconds: about one pixel's worth of time, at least 2 s (1 s
 * for the last minute, which one watches) and at most a minute, so that long ranges cost the server little.
 */
export function refreshInterval(rangeMs: number): number {
  const least = rangeMs <= 60_000 ? 1000 : 2000;
  return Math.min(60_000, Math.max(least, Math.round(rangeMs / 450)));
}

/** Without notices the page polls at this multiple of the refresh interval, at least every 5 s for short ranges. */
export function pollInterval(rangeMs: number): number {
  return Math.max(5000, refreshInterval(rangeMs));
}
