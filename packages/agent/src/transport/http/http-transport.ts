import type { Config } from "../../config/config.js";
import { AgentError } from "../../errors.js";
import type { Logger } from "../../logging/logger.js";
import type { MetadataSource } from "../../metadata/build.js";
import { Accounting } from "../accounting.js";
import type { BatchBuilder } from "../batch-builder.js";
import { type Clock, guardedClock, soon, systemClock, type Timer } from "../clock.js";
import { HealthRecord, type QueueExtremes, type TransportHealth } from "../health.js";
import type { Pipeline } from "../pipeline.js";
import { Settlement } from "../settlement.js";
import type { Spool, SpoolDisk } from "../spool/spool.js";
import type { DropReason, Transport, TransportStats } from "../transport.js";
import { createSender } from "./create-sender.js";
import { Endpoint } from "./endpoint.js";
import type { Sender } from "./sender.js";

/** What an `HttpTransport` is made of; the optional parts are replaced in tests. */
export interface HttpTransportOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly metadata: MetadataSource;
  readonly ephemeralId: string;
  /** By default one for the configuration: direct or through a proxy. */
  readonly sender?: Sender;
  /** What the spool's files are written with. */
  readonly disk?: SpoolDisk;
  readonly clock?: Clock;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
}

/** Sends events to the server named in the configuration, over HTTP (wire-and-transport.md). */
export class HttpTransport implements Transport {
  readonly #config: Config;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #endpoint: Endpoint;
  /** Carries the agent's requests; also those for central configuration. */
  readonly sender: Sender;
  readonly #source: MetadataSource;
  readonly #accounting = new Accounting();
  readonly #health = new HealthRecord();
  readonly #settlement = new Settlement();
  readonly #ephemeralId: string;
  #made: Pipeline | undefined;
  readonly #spool: Spool | undefined;
  #begun: Promise<void> | undefined;
  #flushTimer: Timer | undefined;
  #stopListening: (() => void) | undefined;
  #closing: Promise<void> | undefined;
  #ended = false;
  #failedBefore = false;

  constructor(options: HttpTransportOptions) {
    this.#config = options.config;
    this.#logger = options.logger;
    this.#clock = guardedClock(options.clock ?? systemClock, (error) => this.#failed(error));
    this.#random = options.random ?? Math.random;
    this.#endpoint = new Endpoint(options.config.values);
    this.sender = options.sender ?? createSender(this.#endpoint, this.#config, this.#logger, this.#clock);
    this.#source = options.metadata;
    this.#ephemeralId = options.ephemeralId;
    const { spoolDir, spoolSizeBytes, serviceName } = this.#config.values;
    if (spoolDir && !this.#config.values.disableSend) {
      const { Spool } = require("../spool/spool.js") as typeof import("../spool/spool.js");
      this.#spool = new Spool({
        directory: spoolDir,
        serviceName,
        ephemeralId: options.ephemeralId,
        limitBytes: spoolSizeBytes,
        logger: this.#logger,
        clock: this.#clock,
        ...(options.disk ? { disk: options.disk } : {}),
        inherited: (events) => this.#accounting.inherit(events),
        dropped: (events) => this.#accounting.drop("spoolFull", events, "spooled"),
      });
    }
  }

  get #pipeline(): Pipeline {
    const { Pipeline } = require("../pipeline.js") as typeof import("../pipeline.js");
    this.#made ??= new Pipeline({
      config: this.#config,
      logger: this.#logger,
      clock: this.#clock,
      random: this.#random,
      endpoint: this.#endpoint,
      sender: this.sender,
      metadata: this.#source,
      ephemeralId: this.#ephemeralId,
      accounting: this.#accounting,
      health: this.#health,
      settlement: this.#settlement,
      spool: this.#spool,
      batchDone: () => {
        if (this.#flushTimer) this.#armFlushTimer();
      },
    });
    return this.#made;
  }

  /** Begins to send: server information, then events in time (W-33, W-36). */
  start(): void {
    if (this.#config.values.disableSend || this.#flushTimer || this.#closing) return;
    this.#armFlushTimer();
    this.#stopListening = this.#config.onChange((changed) => {
      if (changed.has("apiRequestTimeMs")) this.#armFlushTimer();
    });
    // The application's own first turn comes before our first connection.
    soon(() => {
      if (!this.#closing) void this.#begin();
    });
  }

  queue(lines: Uint8Array, count: number): void {
    if (this.#silent) return;
    const builder = this.#closing ? undefined : this.#ready();
    if (builder === undefined) {
      this.#accounting.recordDropped("closed", count);
      return;
    }
    this.#accounting.record(count);
    builder.add(lines, count);
  }

  drop(reason: DropReason, count: number): void {
    if (!this.#silent) this.#accounting.recordDropped(reason, count);
  }

  /** `limitMs`: how long to wait for the server, by default `api_request_time`. */
  async flush(limitMs: number = this.#config.values.apiRequestTimeMs): Promise<void> {
    if (this.#config.values.disableSend || this.#closing) return;
    const builder = this.#ready();
    if (builder === undefined) return;
    builder.finish(true);
    const upTo = builder.sequence;
    const wait = this.#settlement.wait(upTo);
    const sent = this.#beginWithin(limitMs / 2).then(() =>
      this.#settlement.isSettled(upTo) ? this.#pipeline.sendEmptyFlush() : wait.settled,
    );
    const isSent = await this.#within(sent, limitMs);
    wait.leave();
    if (!isSent) {
      throw new AgentError(
        "flush_timeout",
        `not everything could be sent within ${limitMs} ms: is the server reachable?`,
      );
    }
  }

  /** As `flush`, with one more attempt now where a failed one is being waited for: there may be no later (W-92). */
  drain(limitMs: number): Promise<void> {
    const flushed = this.flush(limitMs);
    this.#made?.delivery.hurry();
    return flushed;
  }

  /** `limitMs`: how long to wait for the server, by default `api_request_time`. */
  close(limitMs: number = this.#config.values.apiRequestTimeMs): Promise<void> {
    this.#closing ??= this.#close(limitMs);
    return this.#closing;
  }

  /**
   * Writes everything that waits to the spool before it returns; the transport goes on working (W-92). Without a spool nothing happens.
   */
  saveSync(): void {
    if (this.#spool && !this.#ended) this.#made?.delivery.saveSync(this.#made.drainSync());
  }

  /** The process ends now: what waits goes to the spool, or is counted and named in a last log line (W-92). */
  endSync(): void {
    this.#closing ??= Promise.resolve();
    this.#flushTimer?.cancel();
    this.#giveUp();
  }

  stats(): TransportStats {
    return this.#accounting.stats();
  }

  /** Totals for the agent's health metrics (§7.11). */
  health(): TransportHealth {
    return this.#health.health();
  }

  /** How full the queue was since the last call (§7.11). */
  takeQueueExtremes(): QueueExtremes {
    return this.#health.takeExtremes();
  }

  /** Neither sends nor counts (W-31). */
  get #silent(): boolean {
    const { disableSend, recording, contextPropagationOnly } = this.#config.values;
    return disableSend || !recording || contextPropagationOnly;
  }

  /** Undefined when its files cannot be read. */
  #ready(): BatchBuilder | undefined {
    try {
      return this.#pipeline.builder;
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  /** An error of the agent itself, as files of its package that are gone or cannot be read now. The application never gets it. */
  #failed(error: unknown): void {
    if (this.#failedBefore) return;
    this.#failedBefore = true;
    this.#logger.error(`sending failed, it is tried again: ${String(error)}`);
  }

  async #close(limitMs: number): Promise<void> {
    this.#flushTimer?.cancel();
    this.#flushTimer = undefined;
    this.#stopListening?.();
    const builder = this.#ready();
    builder?.finish(false);
    const upTo = builder?.sequence;
    if (upTo !== undefined && !this.#settlement.isSettled(upTo)) {
      const { settled } = this.#settlement.wait(upTo);
      const sent = this.#beginWithin(limitMs / 2).then(() => {
        this.#pipeline.delivery.hurry();
        return settled;
      });
      if (!(await this.#within(sent, limitMs))) this.#logger.error("closing the transport connection timed out");
    }
    this.#giveUp();
    this.sender.close();
  }

  /** Ends the delivery: what could not be sent by now goes to the spool, the rest is lost, and said so. */
  #giveUp(): void {
    if (this.#ended) return;
    this.saveSync();
    this.#ended = true;
    const rest = this.#made ? [...this.#made.delivery.abandon(), ...this.#made.drainSync()] : [];
    this.#spool?.close();
    const events = rest.reduce((sum, batch) => sum + batch.events, 0);
    if (events === 0) return;
    this.#accounting.drop("closed", events, "queued");
    for (const batch of rest) this.#settlement.end(batch.sequence);
    this.#logger.error(`${events} events were lost: they could not be sent before the end`);
  }

  /** Everything that comes before the first events request (W-22, W-36). Never rejects; what fails is tried again with the next batch that is due. */
  #begin(): Promise<void> {
    this.#begun ??= this.#open().catch((error) => {
      this.#begun = undefined;
      this.#failed(error);
    });
    return this.#begun;
  }

  async #open(): Promise<void> {
    await Promise.all([this.#pipeline.askServerVersion(), this.#source.ready, this.#spool?.open()]);
    this.#pipeline.delivery.open();
  }

  /** As `#begin`; but who has little time sends with what is known after half of it, rather than not at all. */
  #beginWithin(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(limitMs, () => {
        this.#pipeline.delivery.open();
        resolve();
      });
      void this.#begin().then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  #armFlushTimer(): void {
    this.#flushTimer?.cancel();
    const delayMs = this.#config.values.apiRequestTimeMs * (0.9 + 0.2 * this.#random());
    this.#flushTimer = this.#clock.after(delayMs, () => {
      this.#armFlushTimer();
      void this.#begin();
      this.#made?.finish();
    });
  }

  /** Whether the promise resolves in time. The process is held meanwhile: sockets alone would let it end. */
  #within(promise: Promise<unknown>, limitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(limitMs, () => resolve(false), true);
      const finish = (): void => {
        timer.cancel();
        resolve(true);
      };
      promise.then(finish, finish);
    });
  }
}
