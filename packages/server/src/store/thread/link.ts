import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { StoreError, type StoreErrorCode } from "../error.js";
import type { CallName, FromWorker, ToWorker, WorkerCalls, WorkerOptions } from "../messages.js";
import type { DurableBatches } from "../write/batch-ids.js";

interface Waiter {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** A call failed inside the worker. `reset`: the files were reopened, so series ids given out before are void. */
export class WorkerCallError extends StoreError {
  constructor(
    code: StoreErrorCode,
    message: string,
    readonly reset: boolean,
  ) {
    super(code, message);
  }
}

/** What the worker says unasked. */
export interface WorkerNews {
  log(level: "info" | "warn" | "error", message: string): void;
  writable(writable: boolean, reason: string): void;
  /** The files were reopened, and these batches are in them. */
  durable(batches: readonly DurableBatches[]): void;
  /** The worker ended by itself; every open call was rejected. */
  died(error: Error): void;
}

/** The line to one worker thread, from its start to its end: numbered calls and their answers. */
export class WorkerLink {
  readonly #worker: Worker;
  readonly #news: WorkerNews;
  readonly #waiters = new Map<number, Waiter>();
  #nextId = 1;
  #ended = false;

  constructor(options: WorkerOptions, news: WorkerNews) {
    this.#news = news;
    const path = createRequire(import.meta.url).resolve("#store-worker");
    this.#worker = new Worker(path, {
      workerData: options,
      name: "tidegauge-store",
      // What the process preloads, an agent perhaps, has no business in this thread.
      execArgv: [],
    });
    this.#worker.on("message", (message: FromWorker) => this.#receive(message));
    this.#worker.on("error", (error) => this.#end(error));
    this.#worker.on("exit", () => this.#end(new Error("the store's worker thread ended")));
  }

  /** Calls the worker. An aborted `signal` rejects with `CANCELLED` and interrupts the work. */
  call<C extends CallName>(
    call: C,
    argument: WorkerCalls[C]["argument"],
    options: { signal?: AbortSignal; transfer?: ArrayBuffer[] } = {},
  ): Promise<WorkerCalls[C]["result"]> {
    if (this.#ended) return Promise.reject(new StoreError("STORE_CLOSED", "the store is closed"));
    const { signal, transfer = [] } = options;
    if (signal?.aborted) return Promise.reject(new StoreError("CANCELLED", "cancelled before it began"));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const cancel = (): void => this.#post({ cancel: id });
      const settled = (): void => {
        this.#waiters.delete(id);
        signal?.removeEventListener("abort", cancel);
      };
      this.#waiters.set(id, {
        resolve: (value) => {
          settled();
          resolve(value as WorkerCalls[C]["result"]);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
      signal?.addEventListener("abort", cancel, { once: true });
      this.#post({ id, call, argument }, transfer);
    });
  }

  /** Waits until the thread has ended. Call `close` of the worker first: ending it during a query would abort the process. */
  async end(): Promise<void> {
    if (this.#ended) return;
    const exited = new Promise<void>((resolve) => this.#worker.once("exit", () => resolve()));
    this.#ended = true;
    await this.#worker.terminate();
    await exited;
  }

  #post(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #receive(message: FromWorker): void {
    if ("log" in message) this.#news.log(message.log, message.message);
    else if ("writable" in message) this.#news.writable(message.writable, message.reason);
    else if ("durable" in message) this.#news.durable(message.durable);
    else {
      const waiter = this.#waiters.get(message.id);
      if (waiter === undefined) return;
      if (message.ok) waiter.resolve(message.value);
      else waiter.reject(new WorkerCallError(message.code as StoreErrorCode, message.message, message.reset));
    }
  }

  #end(error: Error): void {
    const expected = this.#ended;
    this.#ended = true;
    // What the thread said of its end is for the log, not for clients.
    const failure = new StoreError("STORE_UNAVAILABLE", "the store is being restarted: try again");
    for (const waiter of [...this.#waiters.values()]) waiter.reject(failure);
    if (!expected) this.#news.died(error);
  }
}
