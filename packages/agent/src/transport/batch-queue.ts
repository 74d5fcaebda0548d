import type { Batch } from "./batch.js";

/** Finished batches that wait to be sent, bounded in bytes; past the bound the oldest goes (W-30). */
export class BatchQueue {
  readonly #limitBytes: number;
  readonly #batches: Batch[] = [];
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds the newest batch and returns those that had to go. `inFlightBytes`: the batch being sent, which counts but never goes. */
  push(batch: Batch, inFlightBytes: number): Batch[] {
    this.#batches.push(batch);
    this.#bytes += batch.bytes;
    const dropped: Batch[] = [];
    // A single batch larger than the bound is still worth one attempt.
    while (this.#bytes + inFlightBytes > this.#limitBytes && (this.#batches.length > 1 || inFlightBytes > 0)) {
      const oldest = this.shift();
      if (!oldest) break;
      dropped.push(oldest);
    }
    return dropped;
  }

  /** Puts back a batch that could not be sent: it is the oldest. */
  unshift(batch: Batch): void {
    this.#batches.unshift(batch);
    this.#bytes += batch.bytes;
  }

  /** Takes the oldest. */
  shift(): Batch | undefined {
    const batch = this.#batches.shift();
    if (batch) this.#bytes -= batch.bytes;
    return batch;
  }

  /** Takes all. */
  drain(): Batch[] {
    this.#bytes = 0;
    return this.#batches.splice(0);
  }
}
