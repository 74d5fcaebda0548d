import { itemsOf } from "./bulk.js";
import { type SentBulk, sendBulk } from "./bulk-writer.js";
import type { DiskQueue } from "./disk-queue.js";
import type { SearchNodes } from "./search-nodes.js";

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 30_000;

/** What a drain needs. */
export interface DrainParts {
  readonly nodes: SearchNodes;
  readonly queue: DiskQueue;
  /** Called with what every attempt came to. */
  readonly sent: (outcome: SentBulk) => Promise<void>;
  /** A file of the queue could not be read and was put aside. */
  readonly damaged: (name: string) => void;
}

/** Sends what lies in the disk queue, the oldest first, one body at a time, with growing pauses while no node takes it. */
export class Drain {
  readonly #parts: DrainParts;
  #running: Promise<void> | undefined;
  #stopped = false;
  #wake: (() => void) | undefined;
  #failures = 0;

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
    const { nodes, queue, sent, damaged } = this.#parts;
    while (!this.#stopped) {
      const queued = await queue.oldest(damaged);
      if (queued === undefined) return;
      // Items that were taken before answer 409 when the body is sent once more: no need to rewrite the file.
      const outcome = await sendBulk(nodes, itemsOf(queued.body));
      // Dead items are named by every attempt, so only the last one counts.
      const isLast = outcome.again.length === 0;
      await sent(isLast ? outcome : { ...outcome, dead: [] });
      if (isLast) {
        this.#failures = 0;
        await queue.remove(queued.name);
      } else await this.#pause();
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
