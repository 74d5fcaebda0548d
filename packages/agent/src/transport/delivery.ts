import type { Config } from "../config/config.js";
import type { Logger } from "../logging/logger.js";
import { LogThrottle } from "../logging/throttle.js";
import type { Accounting } from "./accounting.js";
import { Backoff } from "./backoff.js";
import type { Batch } from "./batch.js";
import { BatchQueue } from "./batch-queue.js";
import type { Clock, Timer } from "./clock.js";
import type { Endpoint } from "./endpoint.js";
import type { HealthRecord } from "./health.js";
import type { MetadataLine } from "./metadata-line.js";
import { judgeAnswer, judgeError, type Outcome } from "./outcome.js";
import type { Sender } from "./sender.js";

/** What a delivery works with. */
export interface DeliveryParts {
  readonly config: Config;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  readonly endpoint: Endpoint;
  readonly sender: Sender;
  readonly metadata: MetadataLine;
  readonly accounting: Accounting;
  readonly health: HealthRecord;
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
    const dropped = this.#queue.push(batch, this.#inFlight?.bytes ?? 0);
    for (const old of dropped) {
      this.#parts.accounting.drop("queueFull", old.events, "queued");
      this.#overflowed += old.events;
      this.#parts.settled(old);
    }
    this.#noteQueueShare();
    if (dropped.length > 0) this.#reportOverflow();
    this.#pump();
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

  /** Ends for good and gives back what is not delivered, the batch being sent too. */
  abandon(): Batch[] {
    this.#stopped = true;
    this.#waiting?.cancel();
    this.#waiting = undefined;
    const rest = this.#queue.drain();
    if (this.#inFlight) rest.unshift(this.#inFlight);
    this.#inFlight = undefined;
    return rest;
  }

  #pump(): void {
    if (!this.#open || this.#stopped || this.#inFlight || this.#waiting) return;
    const batch = this.#queue.shift();
    if (!batch) return;
    this.#inFlight = batch;
    void this.#attempt(batch);
  }

  async #attempt(batch: Batch): Promise<void> {
    const { endpoint, sender, config, metadata, health } = this.#parts;
    const body = [batch.metadata ?? metadata.encode(batch.gzip), ...batch.parts];
    const bytes = body.reduce((sum, part) => sum + part.length, 0);
    const url = new URL(endpoint.events);
    if (batch.forced) url.search = "flushed=true";
    let outcome: Outcome;
    try {
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
    this.#inFlight = undefined;
    this.#conclude(batch, outcome);
    this.#noteQueueShare();
    this.#pump();
  }

  #conclude(batch: Batch, outcome: Outcome): void {
    const { accounting, clock, settled } = this.#parts;
    if (outcome.kind === "accepted") {
      this.#backoff.succeed();
      accounting.accept(batch.events, "queued");
      settled(batch);
      return;
    }
    if (outcome.kind === "refused") {
      accounting.accept(outcome.accepted, "queued");
      accounting.drop("rejected", batch.events - outcome.accepted, "queued");
      settled(batch);
    } else {
      this.#queue.unshift(batch);
    }
    this.#report(outcome);
    const waitMs = this.#backoff.fail(outcome.kind === "retry" ? outcome.retryAfterMs : 0);
    this.#waiting = clock.after(waitMs, () => this.hurry());
  }

  #report(outcome: { readonly problem: string; readonly cause: string }): void {
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
