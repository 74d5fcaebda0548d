/** What the transport tells the agent's health metrics (§7.11); totals since the start. */
export interface TransportHealth {
  /** Events requests that were answered 2xx, and their bodies' bytes as sent. */
  readonly succeeded: { readonly requests: number; readonly bytes: number };
  /** All other events requests. */
  readonly failed: { readonly requests: number; readonly bytes: number };
}

/** Smallest and largest share of `max_queue_size` in use, 0 … 1. */
export interface QueueExtremes {
  readonly minPct: number;
  readonly maxPct: number;
}

/** Counts requests and watches how full the queue is. */
export class HealthRecord {
  readonly #succeeded = { requests: 0, bytes: 0 };
  readonly #failed = { requests: 0, bytes: 0 };
  #current = 0;
  #min = 0;
  #max = 0;

  request(success: boolean, bytes: number): void {
    const count = success ? this.#succeeded : this.#failed;
    count.requests++;
    count.bytes += bytes;
  }

  /** `share`: of the queue's bound in use now. */
  queueShare(share: number): void {
    this.#current = Math.min(share, 1);
    this.#min = Math.min(this.#min, this.#current);
    this.#max = Math.max(this.#max, this.#current);
  }

  /** A drop shows as a full queue. */
  queueOverflowed(): void {
    this.#max = 1;
  }

  health(): TransportHealth {
    return { succeeded: { ...this.#succeeded }, failed: { ...this.#failed } };
  }

  /** The extremes since the last call. */
  takeExtremes(): QueueExtremes {
    const extremes = { minPct: this.#min, maxPct: this.#max };
    this.#min = this.#current;
    this.#max = this.#current;
    return extremes;
  }
}
