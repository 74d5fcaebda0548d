import { setTimeout as sleep } from "node:timers/promises";
import { BULK_BYTES, type BulkPiece, type HeldDocument, type PieceOutcome, type RefusedDocument } from "./bulk.js";
import { type Bulk, sendBulk } from "./send-bulk.js";

/** A bulk request is sent when its body reaches {@link BULK_BYTES}, or when this time has passed since its first document. */
const FLUSH_MS = 25;
/** Bulk requests under way at once. */
const MAX_REQUESTS = 4;
/** What may wait for one of them. Beyond it the nodes are too slow, and a batch goes to disk at once. */
const MAX_WAITING_BYTES = 16 * BULK_BYTES;
/** An agent waits 5 s for its answer: what no node takes within this time goes to disk. */
const PATIENCE_MS = 2_500;
const FIRST_PAUSE_MS = 100;

/** What became of the documents of one batch. */
export interface Written {
  /** How many were there already. */
  readonly present: number;
  /** Not taken by any node in time; to be kept and sent again. */
  readonly again: BulkPiece[];
  readonly held: HeldDocument[];
  readonly dead: RefusedDocument[];
}

/** A piece that waits or is being sent. */
interface Waiting {
  /** Shrinks to what is still to be taken. */
  piece: BulkPiece;
  readonly batch: Pending;
}

/** The documents of one batch on their way. */
interface Pending {
  readonly open: Set<Waiting>;
  present: number;
  readonly held: HeldDocument[];
  readonly dead: RefusedDocument[];
  readonly settle: (written: Written) => void;
  timer: NodeJS.Timeout | undefined;
}

/** How a writer is made. */
export interface BulkWriterOptions {
  readonly bulk: Bulk;
  /** Says that nodes answer and whether they took something, or the last problem when they do not. */
  readonly report: (problem: string | undefined, isTaken: boolean) => void;
  /** How long a batch waits for the nodes. Default 2.5 s. */
  readonly patienceMs?: number | undefined;
}

/**
 * Gathers the documents of many batches into bulk requests. What is not taken is sent again alone, with growing pauses, as long as an agent can wait. A batch
 * whose time is over is given back also while a request is under way: should that succeed in the end, the repeat meets its own ids.
 */
export class BulkWriter {
  readonly #options: BulkWriterOptions;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #requests = 0;

  constructor(options: BulkWriterOptions) {
    this.#options = options;
  }

  /** Resolves when every document is taken, held, dead, or was given up for now; never rejects. */
  write(pieces: readonly BulkPiece[]): Promise<Written> {
    if (pieces.length === 0) return Promise.resolve({ present: 0, again: [], held: [], dead: [] });
    if (this.#waitingBytes >= MAX_WAITING_BYTES) {
      this.#options.report("the search nodes are slower than what comes in", false);
      return Promise.resolve({ present: 0, again: [...pieces], held: [], dead: [] });
    }
    return new Promise((settle) => {
      const batch: Pending = { open: new Set(), present: 0, held: [], dead: [], settle, timer: undefined };
      for (const piece of pieces) {
        const waiting = { piece, batch };
        batch.open.add(waiting);
        this.#waiting.push(waiting);
        this.#waitingBytes += piece.body.length;
      }
      batch.timer = setTimeout(() => this.#giveUp(batch), this.#patienceMs);
      this.#schedule();
    });
  }

  get #patienceMs(): number {
    return this.#options.patienceMs ?? PATIENCE_MS;
  }

  #giveUp(batch: Pending): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting.batch !== batch);
    this.#waitingBytes = this.#waiting.reduce((sum, { piece }) => sum + piece.body.length, 0);
    this.#options.report(`no search node took documents within ${this.#patienceMs} ms`, false);
    settle(batch);
  }

  #schedule(): void {
    if (this.#waiting.length === 0 || this.#requests >= MAX_REQUESTS) return;
    if (this.#waitingBytes >= BULK_BYTES) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0 || this.#requests >= MAX_REQUESTS) return;
    let bytes = 0;
    let count = 0;
    for (const { piece } of this.#waiting) {
      if (count > 0 && bytes + piece.body.length > BULK_BYTES) break;
      bytes += piece.body.length;
      count++;
    }
    const group = this.#waiting.splice(0, count);
    this.#waitingBytes -= bytes;
    this.#requests++;
    void this.#send(group).finally(() => {
      this.#requests--;
      this.#schedule();
    });
    this.#schedule();
  }

  /** Sends until everything is settled; a batch that was given up meanwhile is not sent any more. */
  async #send(group: readonly Waiting[]): Promise<void> {
    let left = group;
    for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
      const { outcomes, problem, taken } = await sendBulk(
        this.#options.bulk,
        left.map(({ piece }) => piece),
      );
      this.#options.report(problem, taken > 0);
      for (const [index, waiting] of left.entries()) note(waiting, outcomes[index] as PieceOutcome);
      left = left.filter(isOpen);
      if (left.length === 0) return;
      await sleep(pause);
      left = left.filter(isOpen);
      if (left.length === 0) return;
    }
  }
}

function isOpen(waiting: Waiting): boolean {
  return waiting.batch.open.has(waiting);
}

function note(waiting: Waiting, { present, again, held, dead }: PieceOutcome): void {
  const { batch } = waiting;
  // Given up: the documents are on disk, and what becomes of them is noted when they are sent from there.
  if (!batch.open.has(waiting)) return;
  batch.present += present;
  for (const document of held) batch.held.push(document);
  for (const document of dead) batch.dead.push(document);
  if (again !== undefined) {
    waiting.piece = again;
    return;
  }
  batch.open.delete(waiting);
  if (batch.open.size === 0) settle(batch);
}

/** Gives back what is still open as to be sent again. */
function settle(batch: Pending): void {
  clearTimeout(batch.timer);
  const again = [...batch.open].map(({ piece }) => piece);
  batch.open.clear();
  batch.settle({ present: batch.present, again, held: batch.held, dead: batch.dead });
}
