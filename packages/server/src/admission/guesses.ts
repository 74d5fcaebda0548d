const WINDOW_MS = 60_000;
const MAX_ADDRESSES = 10_000;

/**
 * Counts wrong credentials per client address. Past the limit a wrong guess is answered 429 and its connection closed, which slows guessing down; right
 * credentials from the same address are never held back, since a hundred agents may share one address.
 */
export class Guesses {
  readonly #limit: number;
  readonly #windows = new Map<string, { count: number; startMs: number }>();

  /** `limit`: wrong guesses a minute and address. */
  constructor(limit = 100) {
    this.#limit = limit;
  }

  /** Notes a wrong guess. Seconds to wait when there were too many, else 0. */
  wrong(address: string, nowMs: number): number {
    const window = this.#windows.get(address);
    if (window === undefined || nowMs - window.startMs >= WINDOW_MS) {
      this.#windows.delete(address);
      if (this.#windows.size >= MAX_ADDRESSES) {
        const oldest = this.#windows.keys().next().value;
        if (oldest !== undefined) this.#windows.delete(oldest);
      }
      this.#windows.set(address, { count: 1, startMs: nowMs });
      return 0;
    }
    window.count++;
    return window.count > this.#limit ? Math.max(1, Math.ceil((window.startMs + WINDOW_MS - nowMs) / 1000)) : 0;
  }

  /** Did the last `wrong()` of this address cross the limit? Logged once a window, not once a guess. */
  isFirstTooMany(address: string): boolean {
    return this.#windows.get(address)?.count === this.#limit + 1;
  }
}
