import type { MetadataSource } from "../metadata/build.js";
import type { Batch } from "./batch.js";
import type { BatchBuilder } from "./batch-builder.js";
import { Delivery, type DeliveryParts } from "./delivery.js";
import { askServerVersion } from "./http/server-info.js";
import { MetadataLine } from "./metadata-line.js";
import type { Settlement } from "./settlement.js";

/** What the transport lends its pipeline. */
export interface PipelineOptions extends Omit<DeliveryParts, "metadata" | "settled"> {
  readonly metadata: MetadataSource;
  readonly ephemeralId: string;
  readonly settlement: Settlement;
  /** A batch is complete and on its way. */
  readonly batchDone: () => void;
}

/** The way of lines: into batches, and from there to the server. Loaded with the first request, which is long after the application's start. */
export class Pipeline {
  readonly delivery: Delivery;
  readonly #options: PipelineOptions;
  readonly #metadata: MetadataLine;
  #batches: BatchBuilder | undefined;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#metadata = new MetadataLine(options.metadata);
    this.delivery = new Delivery({
      ...options,
      metadata: this.#metadata,
      settled: (batch) => options.settlement.end(batch.sequence),
    });
  }

  /** Makes batches of lines; loaded with the first line. */
  get builder(): BatchBuilder {
    if (this.#batches === undefined) {
      const { BatchBuilder } = require("./batch-builder.js") as typeof import("./batch-builder.js");
      const { config, endpoint, ephemeralId, settlement } = this.#options;
      this.#batches = new BatchBuilder({
        // A server on the same machine has more use for its CPU than for saved bytes (W-42).
        compress: !endpoint.loopback,
        ephemeralId,
        limitBytes: () => config.values.apiRequestSizeBytes,
        begun: (sequence) => settlement.begin(sequence),
        done: (batch) => {
          this.delivery.take(batch);
          this.#options.batchDone();
        },
      });
    }
    return this.#batches;
  }

  /** Completes the batch that is being filled, if there is one. */
  finish(): void {
    this.#batches?.finish(false);
  }

  /** Takes back what is not a complete batch yet, compressed without waiting. */
  drainSync(): Batch[] {
    return this.#batches?.drainSync() ?? [];
  }

  /** Asks the server who it is, which decides how the metadata is written (W-36). */
  async askServerVersion(): Promise<void> {
    const { config, endpoint, logger, sender } = this.#options;
    if (config.values.skipServerInfo) return;
    this.#metadata.setServerVersion(await askServerVersion(endpoint, sender, config.values.serverTimeoutMs, logger));
  }

  /** With a failing server an empty flush would only be one more failure. */
  async sendEmptyFlush(): Promise<void> {
    if (!this.delivery.idle) return;
    const { sendEmptyFlush } = require("./empty-flush.js") as typeof import("./empty-flush.js");
    const { config, endpoint, logger, sender } = this.#options;
    await sendEmptyFlush(endpoint, sender, config.values.serverTimeoutMs, logger);
  }
}
