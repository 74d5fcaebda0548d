import { BULK_BYTES, type DeadDocument, firstPiece, type PieceOutcome } from "./bulk.js";
import type { DiskQueue, QueuedBody } from "./disk-queue.js";
import { type Bulk, sendBulk } from "./send-bulk.js";

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 5_000;
/** A node that finds a request too much for it is asked for less, down to this. */
const MIN_REQUEST_BYTES = 4 * 1024;

/** What a drain needs. */
export interface DrainParts {
  readonly bulk: Bulk;
  readonly queue: DiskQueue;
  /** Called after every attempt, with what keeps nodes from taking documents. */
  readonly report: (problem: string | undefined) => void;
  /** Documents that will never be taken; resolves when they are kept aside. */
  readonly bury: (dead: readonly DeadDocument[]) => Promise<void>;
  /** A file of the queue could not be read and was put aside. */
  readonly damaged: (name: string) => void;
}

/** Sends what lies in the disk queue, the oldest first, one request at a time, with growing pauses while no node takes it. */
export class Drain {
  readonly #parts: DrainParts;
  #running: Promise<void> | undefined;
  #stopped = false;
  #wake: (() => void) | undefined;
  #failures = 0;
  #requestBytes = BULK_BYTES;

  constructor(parts: DrainParts) {
    this.#parts = parts;
  }

  /** Something was queued, or nodes answer again. */
  start(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (!this.#stopped && !this.#parts.queue.isEmpty) this.start();
    });
  }

  /** A node has answered: there is no reason to wait any longer. */
  hurry(): void {
    if (this.#failures > 0) this.#wake?.();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { queue, damaged, report } = this.#parts;
    while (!this.#stopped) {
      let queued: QueuedBody | undefined;
      try {
        queued = await queue.oldest(BULK_BYTES, damaged);
      } catch (error) {
        report(`the disk queue cannot be read: ${(error as NodeJS.ErrnoException).code}`);
        await this.#pause();
        continue;
      }
      if (queued === undefined) return;
      // Documents that were taken before answer 409 when a body is begun once more after a stop: no need to rewrite the files.
      if (await this.#sendAll(queued.body)) await queue.remove(queued);
    }
  }

  /** False when stopped before the end. */
  async #sendAll(body: Buffer): Promise<boolean> {
    let left = body;
    for (;;) {
      const piece = firstPiece(left, this.#requestBytes);
      if (piece === undefined) return true;
      if (this.#stopped) return false;
      const { outcomes, problem, isTooMuch } = await sendBulk(this.#parts.bulk, [piece]);
      this.#parts.report(problem);
      const { again, dead } = outcomes[0] as PieceOutcome;
      if (dead.length > 0) await this.#parts.bury(dead);
      if (again === undefined) {
        this.#failures = 0;
        this.#requestBytes = Math.min(this.#requestBytes * 2, BULK_BYTES);
        left = left.subarray(piece.body.length);
      } else {
        if (again !== piece) left = Buffer.concat([again.body, left.subarray(piece.body.length)]);
        // A node that takes some of it each time is busy, not away.
        if (again.count < piece.count) this.#failures = 0;
        if (isTooMuch) this.#requestBytes = Math.max(this.#requestBytes / 4, MIN_REQUEST_BYTES);
        await this.#pause();
      }
    }
  }

  #pause(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    const ms = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures++, MAX_PAUSE_MS);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }
}
