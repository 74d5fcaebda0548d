/** What a {@link Loader} needs to know. */
export interface LoaderOptions<T> {
  load(signal: AbortSignal): Promise<T>;
  onData(data: T): void;
  onError(error: unknown): void;
  /** Whether to ask again by itself after this error. */
  retries(error: unknown): boolean;
  /** Until then, milliseconds. */
  retryAfterMs?: number;
}

/** Loads one thing over and over, never twice at once: what is asked for meanwhile is loaded once afterwards. */
export class Loader<T> {
  readonly #options: LoaderOptions<T>;
  readonly #controller = new AbortController();
  #running = false;
  #wanted = false;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LoaderOptions<T>) {
    this.#options = options;
  }

  /** Loads now, or as soon as the present load is done. */
  run(): void {
    if (this.#controller.signal.aborted) return;
    clearTimeout(this.#retry);
    if (this.#running) this.#wanted = true;
    else void this.#load();
  }

  /** Ends the present load; nothing is told any more. */
  stop(): void {
    clearTimeout(this.#retry);
    this.#controller.abort();
  }

  async #load(): Promise<void> {
    const { load, onData, onError, retries, retryAfterMs = 4000 } = this.#options;
    const { signal } = this.#controller;
    this.#running = true;
    this.#wanted = false;
    try {
      const data = await load(signal);
      if (!signal.aborted) onData(data);
    } catch (error) {
      if (!signal.aborted) {
        onError(error);
        if (retries(error)) this.#retry = setTimeout(() => this.run(), retryAfterMs);
      }
    }
    this.#running = false;
    if (this.#wanted) this.run();
  }
}
