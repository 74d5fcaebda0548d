/** Longest wait a server can ask for by `Retry-After`: a day, so that one wrong answer cannot silence an agent for good. */
const MAX_RETRY_AFTER_MS = 86_400_000;

/** How long to wait after consecutive failures: `min(n, 6)² s ± 10 %`, n counting from 0 (W-47). */
export class Backoff {
  readonly #random: () => number;
  #failures = 0;

  /** `random`: uniform in [0, 1). */
  constructor(random: () => number) {
    this.#random = random;
  }

  get failures(): number {
    return this.#failures;
  }

  /** Milliseconds to wait after one more failure; the server's own wish counts if it is longer (W-48). */
  fail(retryAfterMs = 0): number {
    const n = Math.min(this.#failures, 6);
    this.#failures++;
    return Math.max(n * n * 1000 * (0.9 + 0.2 * this.#random()), retryAfterMs);
  }

  succeed(): void {
    this.#failures = 0;
  }
}

/** A `Retry-After` header, seconds or an HTTP date, in milliseconds from now; 0 if there is none. */
export function parseRetryAfter(header: string | undefined, nowMs: number): number {
  if (header === undefined) return 0;
  const text = header.trim();
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isNaN(waitMs) ? 0 : Math.min(Math.max(waitMs, 0), MAX_RETRY_AFTER_MS);
}
