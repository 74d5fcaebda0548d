import type { Config } from "../config/config.js";
import type { Logger } from "../logging/logger.js";
import { LogThrottle } from "../logging/throttle.js";
import type { Accounting } from "./accounting.js";
import { Backoff } from "./backoff.js";
import type { Batch } from "./batch.js";
import { BatchQueue } from "./batch-queue.js";
import type { Clock, Timer } from "./clock.js";
import type { HealthRecord } from "./health.js";
import type { Endpoint } from "./http/endpoint.js";
import { NO_PROXY_CLIENT, type Sender } from "./http/sender.js";
import type { MetadataLine } from "./metadata-line.js";
import { judgeAnswer, judgeError, type Outcome } from "./outcome.js";
import type { Spool } from "./spool/spool.js";

/** What a delivery works with. */
export interface DeliveryParts {
  readonly config: Config;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly endpoint: Endpoint;
  readonly sender: Sender;
  readonly metadata: MetadataLine;
  readonly accounting: Accounting;
  readonly health: HealthRecord;
  /** Where batches go that cannot be sent now (W-91). */
  readonly spool: Spool | undefined;
  /** A batch is accepted, dropped or on disk. */
  readonly settled: (batch: Batch) => void;
}

/** Brings finished batches to the server, one request at a time (W-38), and keeps what it refuses to take for now (W-45). */
export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #queue: BatchQueue;
  readonly #backoff: Backoff;
  readonly #throttle: LogThrottle;
  #open = false;
  #stopped = false;
  #inFlight: Batch | undefined;
  /** Being written to the spool. */
  #spooling: Batch | undefined;
  #loading = false;
  #waiting: Timer | undefined;
  #overflowed = 0;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    this.#queue = new BatchQueue(parts.config.values.maxQueueSizeBytes);
    this.#backoff = new Backoff(parts.random);
    this.#throttle = new LogThrottle(() => parts.clock.now());
  }

  /** Nothing is under way, and the last attempt, if any, succeeded. */
  get idle(): boolean {
    return this.#open && !this.#inFlight && !this.#waiting && this.#backoff.failures === 0;
  }

  /** Takes a finished batch. */
  take(batch: Batch): void {
    this.#enqueue(batch);
    this.#noteQueueShare();
    if (this.#backoff.failures > 0) void this.#spoolAll();
    this.#pump();
  }

  /** Puts a batch last; the oldest give way and are counted when the queue is full (W-30). */
  #enqueue(batch: Batch): void {
    const dropped = this.#queue.push(batch, this.#inFlight?.bytes ?? 0);
    for (const old of dropped) {
      this.#parts.accounting.drop("queueFull", old.events, "queued");
      this.#overflowed += old.events;
      this.#parts.settled(old);
    }
    if (dropped.length > 0) this.#reportOverflow();
  }

  /** Sending may begin: the metadata is complete (W-22). */
  open(): void {
    this.#open = true;
    this.#pump();
  }

  /** Ends a wait after a failure: one more attempt now, since there may be no later. */
  hurry(): void {
    this.#waiting?.cancel();
    this.#waiting = undefined;
    this.#pump();
  }

  /** Writes everything that waits in memory, the batch being sent too and `extra`, to the spool before it returns; sending goes on. */
  saveSync(extra: readonly Batch[]): void {
    const { spool, accounting, settled } = this.#parts;
    const waiting = this.#spooling ? [this.#spooling, ...this.#queue.drain()] : this.#queue.drain();
    this.#spooling = undefined;
    const save = (batch: Batch): string | undefined => {
      const line = this.#metadataLine(batch);
      const file = line && spool?.saveSync(batch, line);
      if (file === undefined) return undefined;
      accounting.spool(batch.events);
      settled(batch);
      return file;
    };
    if (this.#inFlight && this.#inFlight.file === undefined) {
      const file = save(this.#inFlight);
      if (file !== undefined) {
        spool?.withdraw(file);
        this.#inFlight = { ...this.#inFlight, file };
      }
    }
    for (const batch of [...waiting, ...extra]) if (save(batch) === undefined) this.#enqueue(batch);
  }

  /** Ends for good and gives back what is neither delivered nor on disk, the batch being sent too. */
  abandon(): Batch[] {
    this.#stopped = true;
    this.#waiting?.cancel();
    this.#waiting = undefined;
    const rest = [this.#inFlight, this.#spooling, ...this.#queue.drain()];
    if (this.#inFlight?.file !== undefined) this.#parts.spool?.putBack(this.#inFlight);
    this.#inFlight = undefined;
    this.#spooling = undefined;
    return rest.filter((batch): batch is Batch => batch !== undefined && batch.file === undefined);
  }

  #pump(): void {
    if (!this.#open || this.#stopped || this.#inFlight || this.#waiting || this.#loading) return;
    // Memory first: it is the smaller store, and fresh values do not wait for old ones.
    const batch = this.#queue.shift();
    if (batch) {
      this.#inFlight = batch;
      void this.#attempt(batch);
    } else if (this.#parts.spool && this.#parts.spool.length > 0) {
      void this.#load(this.#parts.spool);
    }
  }

  async #load(spool: Spool): Promise<void> {
    this.#loading = true;
    const batch = await spool.takeOldest();
    this.#loading = false;
    if (!batch) return this.#pump();
    if (this.#stopped) return spool.putBack(batch);
    this.#inFlight = batch;
    await this.#attempt(batch);
  }

  /** Moves what waits in memory to disk, the oldest first, while the server is away. */
  async #spoolAll(): Promise<void> {
    const { spool, accounting, settled } = this.#parts;
    if (!spool || this.#spooling) return;
    while (this.#backoff.failures > 0) {
      const batch = this.#queue.shift();
      if (!batch) break;
      this.#spooling = batch;
      const line = this.#metadataLine(batch);
      const file = line && (await spool.save(batch, line));
      if (this.#spooling !== batch) {
        // Saved synchronously meanwhile, or given back: this copy would be one too many.
        if (file !== undefined) {
          spool.withdraw(file);
          spool.remove(file);
        }
        break;
      }
      this.#spooling = undefined;
      if (file === undefined) {
        this.#queue.unshift(batch);
        break;
      }
      accounting.spool(batch.events);
      settled(batch);
    }
    // The wait may have ended while there was nothing to send.
    this.#pump();
  }

  /** Undefined while it cannot be made: a file of the agent that cannot be read now may be there later. */
  #metadataLine(batch: Batch): Uint8Array | undefined {
    try {
      return batch.metadata ?? this.#parts.metadata.encode(batch.gzip);
    } catch {
      return undefined;
    }
  }

  async #attempt(batch: Batch): Promise<void> {
    const { endpoint, sender, config, metadata, health } = this.#parts;
    const url = new URL(endpoint.events);
    if (batch.forced) url.search = "flushed=true";
    let outcome: Outcome;
    let bytes = 0;
    try {
      // May throw, as #metadataLine says; the report of the failed attempt tells why.
      const body = [batch.metadata ?? metadata.encode(batch.gzip), ...batch.parts];
      bytes = body.reduce((sum, part) => sum + part.length, 0);
      const answer = await sender.send({
        method: "POST",
        url,
        headers: {
          ...endpoint.headers,
          "Content-Type": "application/x-ndjson",
          "Content-Length": String(bytes),
          ...(batch.gzip ? { "Content-Encoding": "gzip" } : {}),
          "X-Tidegauge-Batch": batch.id,
        },
        body,
        timeoutMs: config.values.serverTimeoutMs,
      });
      outcome = judgeAnswer(answer, batch.events, Date.now());
    } catch (error) {
      outcome = judgeError(error);
    }
    if (this.#stopped) return;
    health.request(outcome.kind === "accepted", bytes);
    // It may have been written to disk meanwhile.
    const sent = this.#inFlight ?? batch;
    this.#inFlight = undefined;
    this.#conclude(sent, outcome);
    this.#noteQueueShare();
    this.#pump();
  }

  #conclude(batch: Batch, outcome: Outcome): void {
    const { accounting, clock, settled, spool } = this.#parts;
    const from = batch.file === undefined ? "queued" : "spooled";
    if (outcome.kind === "retry") {
      if (batch.file === undefined) this.#queue.unshift(batch);
      else spool?.putBack(batch);
    } else {
      const accepted = outcome.kind === "accepted" ? batch.events : outcome.accepted;
      accounting.accept(accepted, from);
      accounting.drop("rejected", batch.events - accepted, from);
      if (batch.file !== undefined) spool?.remove(batch.file);
      settled(batch);
    }
    if (outcome.kind === "accepted") {
      this.#backoff.succeed();
      return;
    }
    this.#report(outcome);
    const waitMs = this.#backoff.fail(outcome.kind === "retry" ? outcome.retryAfterMs : 0);
    this.#waiting = clock.after(waitMs, () => this.hurry());
    void this.#spoolAll();
  }

  #report(outcome: { readonly problem: string; readonly cause: string }): void {
    // The sender has said what is missing (W-71).
    if (outcome.cause === NO_PROXY_CLIENT) return;
    const held = this.#throttle.admit(outcome.cause);
    if (held === undefined) return;
    this.#parts.logger.error(`sending to ${this.#parts.endpoint.base.href} failed: ${outcome.problem}${held}`);
  }

  #reportOverflow(): void {
    this.#parts.health.queueOverflowed();
    if (this.#throttle.admit("queueFull") === undefined) return;
    this.#parts.logger.warn(`queue full: the oldest ${this.#overflowed} events were dropped (max_queue_size)`);
    this.#overflowed = 0;
  }

  #noteQueueShare(): void {
    const used = this.#queue.bytes + (this.#inFlight?.bytes ?? 0);
    this.#parts.health.queueShare(used / Math.max(1, this.#parts.config.values.maxQueueSizeBytes));
  }
}
