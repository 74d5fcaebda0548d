import {
  BULK_BYTES,
  firstPiece,
  type HeldDocument,
  type PieceOutcome,
  pieceOf,
  type RefusedDocument,
} from "../bulk/bulk.js";
import { type Bulk, sendBulk } from "../bulk/send-bulk.js";
import { type DiskQueue, type QueuedBody, thisHour } from "./disk-queue.js";

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 5_000;
/** A node that finds a request too much for it is asked for less, down to this. */
const MIN_REQUEST_BYTES = 4 * 1024;
/** A document that may itself be to blame is not tried for longer than a day. */
const SUSPECT_HOURS = 24;

/** What a drain needs. */
export interface DrainParts {
  readonly bulk: Bulk;
  readonly queue: DiskQueue;
  /** Called after every attempt, with what keeps nodes from taking documents and whether they took something. */
  readonly report: (problem: string | undefined, isTaken: boolean) => void;
  /** Documents are held, or still are. */
  readonly held: (held: readonly HeldDocument[]) => void;
  /** Documents that will never be taken; resolves when they are kept aside. */
  readonly bury: (dead: readonly RefusedDocument[]) => Promise<void>;
  /** A file of the queue could not be read and was put aside. */
  readonly damaged: (name: string) => void;
}

/**
 * Sends what lies in the disk queue, the oldest first, one request at a time, with growing pauses while no node takes it. Documents that a node refuses for now
 * while it answers for others are held in the queue, apart: each body of them is tried in turn, with pauses of its own, so that nothing waits behind it.
 */
export class Drain {
  readonly #parts: DrainParts;
  #running: Promise<void> | undefined;
  #stopped = false;
  #wake: (() => void) | undefined;
  #failures = 0;
  #heldFailures = 0;
  /** When held documents are tried again, on the clock of `performance.now()`. */
  #heldDueMs = 0;
  #isIdle = false;
  #requestBytes = BULK_BYTES;

  constructor(parts: DrainParts) {
    this.#parts = parts;
  }

  /** Something was queued, or nodes answer again. */
  start(): void {
    if (this.#isIdle) this.#wake?.();
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
    const { queue, report } = this.#parts;
    while (!this.#stopped) {
      try {
        const queued = await this.#next();
        if (queued !== undefined) await this.#settle(queued);
        else if (queue.isEmpty) return;
        else await this.#untilHeldIsDue();
      } catch (error) {
        report(`the disk queue cannot be read: ${(error as NodeJS.ErrnoException).code}`, false);
        await this.#pause();
      }
    }
  }

  async #next(): Promise<QueuedBody | undefined> {
    const { queue, damaged } = this.#parts;
    const isDue = queue.heldBytes > 0 && performance.now() >= this.#heldDueMs;
    const held = isDue ? await queue.oldest(BULK_BYTES, damaged, { isHeld: true }) : undefined;
    return held ?? (await queue.oldest(BULK_BYTES, damaged));
  }

  /** Sends a body and takes it out of the queue, but for what is to be held of it. */
  async #settle(queued: QueuedBody): Promise<void> {
    const { queue } = this.#parts;
    const sent = await this.#sendAll(queued.body);
    // Documents that were taken before answer 409 when a body is begun once more after a stop: no need to rewrite the files.
    if (sent === undefined) return;
    const { held, taken } = sent;
    const isOld = thisHour() - (queued.heldHour ?? thisHour()) > SUSPECT_HOURS;
    const dead = held.filter(({ isSuspect }) => isOld && isSuspect);
    const kept = held.filter(({ isSuspect }) => !(isOld && isSuspect));
    if (dead.length > 0) await this.#parts.bury(dead);
    const left = pieceOf(kept.map(({ lines }) => lines));
    if (left === undefined) await queue.remove(queued);
    else {
      this.#parts.held(kept);
      // A disk that is full: the others have their turn, and may make room.
      if (!(await queue.keepApart(queued, left))) await this.#wait(MAX_PAUSE_MS);
    }
    if (queued.heldHour === undefined) return;
    this.#heldDueMs = performance.now() + (taken > 0 ? 0 : pauseMs(this.#heldFailures));
    this.#heldFailures = taken > 0 ? 0 : this.#heldFailures + 1;
  }

  /** What is to be held of a body, and how many of its documents are there now; undefined when stopped before the end. */
  async #sendAll(body: Buffer): Promise<{ held: HeldDocument[]; taken: number } | undefined> {
    const held: HeldDocument[] = [];
    let taken = 0;
    let left = body;
    for (;;) {
      const piece = firstPiece(left, this.#requestBytes);
      if (piece === undefined) return { held, taken };
      if (this.#stopped) return undefined;
      const sent = await sendBulk(this.#parts.bulk, [piece]);
      this.#parts.report(sent.problem, sent.taken > 0);
      const outcome = sent.outcomes[0] as PieceOutcome;
      const { again } = outcome;
      taken += sent.taken;
      held.push(...outcome.held);
      if (outcome.dead.length > 0) await this.#parts.bury(outcome.dead);
      if (again === undefined) {
        this.#failures = 0;
        this.#requestBytes = Math.min(this.#requestBytes * 2, BULK_BYTES);
        left = left.subarray(piece.body.length);
      } else {
        if (again !== piece) left = Buffer.concat([again.body, left.subarray(piece.body.length)]);
        // A node that takes some of it each time is busy, not away.
        if (again.count < piece.count) this.#failures = 0;
        if (sent.isTooMuch) this.#requestBytes = Math.max(this.#requestBytes / 4, MIN_REQUEST_BYTES);
        await this.#pause();
      }
    }
  }

  /** Or until something else is queued. */
  async #untilHeldIsDue(): Promise<void> {
    const { queue } = this.#parts;
    if (queue.bytes > queue.heldBytes) return;
    this.#isIdle = true;
    await this.#wait(this.#heldDueMs - performance.now());
    this.#isIdle = false;
  }

  #pause(): Promise<void> {
    return this.#wait(pauseMs(this.#failures++));
  }

  #wait(ms: number): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#wake = end;
    });
  }
}

function pauseMs(failures: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** failures, MAX_PAUSE_MS);
}
