import { performance } from "node:perf_hooks";

/** How far wall clock and monotonic clock may drift apart before a transaction measures the offset anew, in milliseconds. */
const MAX_DRIFT_MS = 2;

/** Milliseconds on the monotonic clock: all durations are differences of this (BD-18). */
export function monotonicMs(): number {
  return performance.now();
}

/**
 * What to subtract from epoch milliseconds to get milliseconds on the monotonic clock. Read once per transaction, so that all explicit times of
 * one transaction keep their exact distances whatever the wall clock does meanwhile.
 */
export function epochOffsetMs(): number {
  // Date.now() is cut to whole milliseconds: half of one is the expected loss.
  const drift = Date.now() + 0.5 - (performance.timeOrigin + performance.now());
  return Math.abs(drift) > MAX_DRIFT_MS ? performance.timeOrigin + drift : performance.timeOrigin;
}
