/** How long one cause stays quiet after it was logged. */
const QUIET_MS = 60_000;

/** Lets the same cause be logged once a minute and counts what was held back in between (CFG-33, W-46): a failing server may not fill the log. */
export class LogThrottle {
  readonly #now: () => number;
  readonly #causes = new Map<string, { loggedAt: number; held: number }>();

  /** `now`: monotonic milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The text to append to the message if the cause may be logged now (`""` or how often it was held back), else `undefined`. */
  admit(cause: string): string | undefined {
    const now = this.#now();
    const seen = this.#causes.get(cause);
    if (seen && now - seen.loggedAt < QUIET_MS) {
      seen.held++;
      return undefined;
    }
    // Causes may contain a server's words: the map must not grow with them.
    if (!seen && this.#causes.size >= 100) this.#causes.clear();
    this.#causes.set(cause, { loggedAt: now, held: 0 });
    return seen && seen.held > 0 ? ` (and ${seen.held} times before this, not logged)` : "";
  }
}
