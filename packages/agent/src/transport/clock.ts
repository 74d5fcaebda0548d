/** A timer that can be taken back. */
export interface Timer {
  cancel(): void;
}

/** Time as the transport sees it; tests put a simulated one in its place. */
export interface Clock {
  /** Milliseconds that never jump: no calendar time, so a changed system clock does not disturb waiting. */
  now(): number;
  /** Calls back once. The process may end meanwhile unless `holds` is true. */
  after(delayMs: number, callback: () => void, holds?: boolean): Timer;
}

/**
 * Calls back in the next turn of the event loop. The globals are asked at each call and nothing is expected of them: in a jsdom environment (Jest's, for instance)
 * there is no `setImmediate`, and timers are numbers without `unref`.
 */
export function soon(callback: () => void): void {
  if (typeof setImmediate === "function") setImmediate(callback);
  else setTimeout(callback, 0);
}

/** Node's longest delay, 24.8 days: a longer one calls back at once, with a warning. */
const LONGEST_MS = 2 ** 31 - 1;

/** The real time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, callback, holds = false) {
    const timeout = setTimeout(callback, Math.min(delayMs, LONGEST_MS));
    if (!holds) timeout.unref?.();
    return { cancel: () => clearTimeout(timeout) };
  },
};

/** The same time; what its callbacks throw goes to `report` and never to the application. */
export function guardedClock(clock: Clock, report: (error: unknown) => void): Clock {
  return {
    now: () => clock.now(),
    after: (delayMs, callback, holds) => {
      const guarded = (): void => {
        try {
          callback();
        } catch (error) {
          report(error);
        }
      };
      return clock.after(delayMs, guarded, holds);
    },
  };
}
