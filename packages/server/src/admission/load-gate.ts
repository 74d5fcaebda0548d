import { availableMemory } from "./memory.js";

/** A request of this age without a byte may be given up when the server is full. */
const SHEDDABLE_IDLE_MS = 2_000;
/** Longest wait of a stop for what is being made durable. */
const MAX_COMMIT_MS = 30_000;
const MIN_REQUESTS = 64;
const MAX_REQUESTS = 8192;

/** A request that was let in. */
export interface Admitted {
  /** Time of the last byte of its body, epoch milliseconds; undefined once it is not waited for bytes any more. */
  progressMs(): number | undefined;
  /** Ends the reading of its body, to make room or because the server stops. */
  stop(why: "shed" | "closing"): void;
}

/**
 * Lets intake requests in while there is memory for them; the rest is refused before its body is read (D-SRV-7). Limits: the number of requests that are
 * being read, and the bytes all of them hold. When the number is reached, a client that has sent nothing for a while is given up for the new one, so
 * that slow clients cannot keep the others out.
 */
export class LoadGate {
  /** Bytes that all requests inside hold in memory now: compressed, decoded and not yet durable. Each adds and takes off its own. */
  heldBytes = 0;
  readonly #maxRequests: number;
  readonly #maxBytes: number;
  readonly #admitted = new Set<Admitted>();
  readonly #emptied: (() => void)[] = [];

  /** `maxRequests` 0: 819 per GiB of memory, at least 64, at most 8,192. */
  constructor(maxRequests = 0, memoryBytes: number = availableMemory()) {
    const gib = memoryBytes / 1024 ** 3;
    const automatic = Math.min(MAX_REQUESTS, Math.max(MIN_REQUESTS, Math.floor(gib * 1024 * 0.8)));
    this.#maxRequests = maxRequests > 0 ? maxRequests : automatic;
    this.#maxBytes = Math.max(16 * 1024 ** 2, memoryBytes / 8);
  }

  /** Is there room for one more request? May give up an idle one for it. */
  hasRoom(nowMs: number): boolean {
    if (this.heldBytes >= this.#maxBytes) return false;
    return this.#admitted.size < this.#maxRequests || this.#shedOne(nowMs);
  }

  enter(request: Admitted): void {
    this.#admitted.add(request);
  }

  leave(request: Admitted): void {
    this.#admitted.delete(request);
    if (this.#admitted.size === 0) for (const resolve of this.#emptied.splice(0)) resolve();
  }

  /**
   * Lets the requests inside finish; those that still send after `graceMs` are ended. Resolves when the last one has left, or when an output has not
   * taken a batch in 30 s: a process must be able to stop.
   */
  async drained(graceMs: number): Promise<void> {
    if (this.#admitted.size === 0) return;
    let giveUp: NodeJS.Timeout | undefined;
    const timer = setTimeout(() => {
      for (const request of this.#admitted) request.stop("closing");
    }, graceMs);
    await new Promise<void>((resolve) => {
      this.#emptied.push(resolve);
      giveUp = setTimeout(resolve, graceMs + MAX_COMMIT_MS);
    });
    clearTimeout(timer);
    clearTimeout(giveUp);
  }

  #shedOne(nowMs: number): boolean {
    let oldest: Admitted | undefined;
    let oldestMs = nowMs - SHEDDABLE_IDLE_MS;
    for (const request of this.#admitted) {
      const progress = request.progressMs();
      if (progress !== undefined && progress <= oldestMs) {
        oldest = request;
        oldestMs = progress;
      }
    }
    // It leaves by itself within this turn of the event loop.
    oldest?.stop("shed");
    return oldest !== undefined;
  }
}
