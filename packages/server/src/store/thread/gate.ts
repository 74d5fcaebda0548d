import type { DuckDBConnection } from "@duckdb/node-api";
import { StoreError } from "../error.js";

/** Jobs that may wait: one connection can send any number of requests before it reads an answer. */
const MAX_WAITING = 2000;

interface Job {
  readonly id: number;
  run(connection: DuckDBConnection): Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
  connection: DuckDBConnection | undefined;
  cancelled: boolean;
}

/**
 * Lets as many queries run as there are reader connections; others wait in order. More at once would starve the commits and the main thread, which
 * share the thread pool. A cancelled job leaves the queue, or is interrupted.
 */
export class QueryGate {
  #free: DuckDBConnection[] = [];
  readonly #waiting: Job[] = [];
  #failure: StoreError | undefined;
  readonly #running = new Set<Job>();
  #closed = false;
  #paused = true;
  #idle: (() => void)[] = [];

  /** Number of jobs that wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Runs a job when a connection is free. `id` names it for `cancel`. */
  run<T>(id: number, run: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new StoreError("STORE_CLOSED", "the store is closed"));
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#waiting.length >= MAX_WAITING) {
      return Promise.reject(new StoreError("STORE_UNAVAILABLE", "too many queries wait: try again"));
    }
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({
        id,
        run,
        resolve: resolve as (value: unknown) => void,
        reject,
        connection: undefined,
        cancelled: false,
      });
      this.#next();
    });
  }

  /** Cancels a job: it rejects with `CANCELLED`. Unknown ids are ignored. */
  cancel(id: number): void {
    const at = this.#waiting.findIndex((job) => job.id === id);
    if (at >= 0) {
      const [job] = this.#waiting.splice(at, 1);
      job?.reject(cancelled());
      return;
    }
    for (const job of this.#running) {
      if (job.id !== id) continue;
      job.cancelled = true;
      job.connection?.interrupt();
    }
  }

  /** Opens the gate with these connections. */
  open(connections: readonly DuckDBConnection[]): void {
    this.#free = [...connections];
    this.#failure = undefined;
    this.#paused = false;
    this.#next();
  }

  /** Lets nothing new run, interrupts what runs and waits for its end. Jobs that wait keep waiting. */
  async pause(): Promise<void> {
    this.#paused = true;
    for (const job of this.#running) job.connection?.interrupt();
    if (this.#running.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** The gate cannot be opened again for now: what waits rejects with this, and what comes until `open`. */
  fail(failure: StoreError): void {
    this.#failure = failure;
    for (const job of this.#waiting.splice(0)) job.reject(failure);
  }

  /** Refuses everything, cancels what waits and what runs, and waits for its end. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#waiting.splice(0)) job.reject(cancelled());
    for (const job of this.#running) job.cancelled = true;
    await this.pause();
  }

  #next(): void {
    while (!this.#paused && this.#free.length > 0 && this.#waiting.length > 0) {
      const job = this.#waiting.shift() as Job;
      job.connection = this.#free.pop() as DuckDBConnection;
      this.#running.add(job);
      void this.#work(job, job.connection);
    }
  }

  async #work(job: Job, connection: DuckDBConnection): Promise<void> {
    try {
      const value = await job.run(connection);
      this.#done(job, connection);
      if (job.cancelled) job.reject(cancelled());
      else job.resolve(value);
    } catch (error) {
      this.#done(job, connection);
      job.reject(job.cancelled ? cancelled() : error);
    }
  }

  #done(job: Job, connection: DuckDBConnection): void {
    this.#running.delete(job);
    if (!this.#paused) this.#free.push(connection);
    if (this.#running.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
    this.#next();
  }
}

function cancelled(): StoreError {
  return new StoreError("CANCELLED", "cancelled");
}
