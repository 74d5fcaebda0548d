import { StoreError } from "../error.js";
import type { CallName, WorkerCalls, WorkerOptions } from "../messages.js";
import type { DurableBatches } from "../write/batch-ids.js";
import { WorkerLink } from "./link.js";

/** Pause before a thread that ended is started again; doubled each time, up to the longest. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 30_000;
/** A thread that ran this long was well: the next pause is the first one again. */
const WELL_MS = 60_000;

type Opened = WorkerCalls["open"]["result"];

/** What the thread says unasked. */
export interface ThreadNews {
  log(level: "info" | "warn" | "error", message: string): void;
  writable(writable: boolean, reason: string): void;
  /** It opened the files anew, and these batches are in them: also those whose commit it could not confirm. */
  durable(batches: readonly DurableBatches[]): void;
  /** The thread ended by itself: open calls were rejected, series ids given out are void, nothing can be written until `opened`. */
  down(reason: string): void;
  /** It runs again, and this is what the files hold. */
  opened(result: Opened): void;
}

/**
 * The store's worker thread for as long as the store is open. One that ends by itself, by an error of its own or for want of memory, is started again after
 * a pause and opens the files anew: what was answered is in them, and so are the ids of the batches whose answer was lost.
 */
export class StoreThread {
  readonly #options: WorkerOptions;
  readonly #news: ThreadNews;
  #link: WorkerLink | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #startedMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #restarting: Promise<void> | undefined;
  #closed = false;
  /** How often it was started again. */
  restarts = 0;

  constructor(options: WorkerOptions, news: ThreadNews) {
    this.#options = options;
    this.#news = news;
  }

  /** Starts the thread and opens the files. Rejects with a `StoreError`; then nothing is tried again. */
  async start(): Promise<Opened> {
    this.#startedMs = performance.now();
    const link = new WorkerLink(this.#options, {
      log: (level, message) => this.#news.log(level, message),
      writable: (writable, reason) => this.#news.writable(writable, reason),
      durable: (batches) => this.#news.durable(batches),
      died: (error) => this.#died(link, error),
    });
    try {
      const opened = await link.call("open", null);
      this.#link = link;
      return opened;
    } catch (error) {
      await link.end();
      throw error;
    }
  }

  /** Calls the thread. An aborted `signal` rejects with `CANCELLED` and interrupts the work; without a thread it rejects with `STORE_UNAVAILABLE`. */
  call<C extends CallName>(
    call: C,
    argument: WorkerCalls[C]["argument"],
    options: { signal?: AbortSignal; transfer?: ArrayBuffer[] } = {},
  ): Promise<WorkerCalls[C]["result"]> {
    if (this.#link !== undefined) return this.#link.call(call, argument, options);
    return Promise.reject(
      this.#closed
        ? new StoreError("STORE_CLOSED", "the store is closed")
        : new StoreError("STORE_UNAVAILABLE", "the store is being restarted: try again"),
    );
  }

  /** Closes the files and ends the thread; none is started again. */
  async end(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#restarting;
    const link = this.#link;
    this.#link = undefined;
    if (link === undefined) return;
    try {
      await link.call("close", null);
    } catch {
      // A thread that just ended has nothing left to close.
    }
    await link.end();
  }

  #died(link: WorkerLink, error: Error): void {
    this.#news.log("error", `the store's thread ended: ${error.message}`);
    // One that ended before it had opened the files is the business of `start`.
    if (this.#link !== link || this.#closed) return;
    this.#link = undefined;
    if (performance.now() - this.#startedMs >= WELL_MS) this.#pauseMs = FIRST_PAUSE_MS;
    this.#news.down("the store is being restarted: try again");
    this.#restartLater();
  }

  #restartLater(): void {
    this.#timer = setTimeout(() => {
      this.#restarting = this.#restart();
    }, this.#pauseMs);
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
  }

  async #restart(): Promise<void> {
    try {
      const opened = await this.start();
      this.restarts += 1;
      this.#news.opened(opened);
      this.#news.log("info", "the store's thread runs again");
    } catch (error) {
      this.#news.log("error", `the store could not be started again, trying later: ${String(error)}`);
      if (!this.#closed) this.#restartLater();
    }
  }
}
