import type { Batch } from "./batch.js";

/** Compressed at once; below this, gzip loses what neighbouring lines have in common. */
const MEMBER_BYTES = 131_072;

/** A batch that is being filled or compressed. */
class OpenBatch {
  readonly sequence: number;
  events = 0;
  forced = false;
  finished = false;
  /** Event lines that are not handed to the compressor yet. */
  raw: Uint8Array[] = [];
  rawBytes = 0;
  /** Compressed, or `undefined` where `waiting` still has the lines. */
  readonly parts: (Uint8Array | undefined)[] = [];
  readonly waiting = new Map<number, Uint8Array>();
  partBytes = 0;

  constructor(sequence: number) {
    this.sequence = sequence;
  }
}

/** How a builder works. */
export interface BatchBuilderOptions {
  /** gzip level 1 in the thread pool (W-40); `false` for a server on this machine (W-42). */
  readonly compress: boolean;
  readonly ephemeralId: string;
  /** `api_request_size`, as it is now: a batch is finished when its bytes, as they would be sent, exceed it (W-33a). */
  readonly limitBytes: () => number;
  /** A batch gets its first line. */
  readonly begun: (sequence: number) => void;
  /** Takes the finished batches in order. */
  readonly done: (batch: Batch) => void;
}

/**
 * Puts event lines into batches (W-30). Lines are compressed in pieces, each a gzip member of its own, so that compressing happens while the batch
 * fills, its compressed size is known, and at any moment, even while the process dies, everything can be finished synchronously.
 */
export class BatchBuilder {
  readonly #options: BatchBuilderOptions;
  /** In order; the last one may be open for more lines. */
  readonly #batches: OpenBatch[] = [];
  #sequence = 0;

  constructor(options: BatchBuilderOptions) {
    this.#options = options;
  }

  /** Sequence of the newest batch begun, 0 before the first. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Whether lines wait that no `finish` has covered. */
  get hasOpen(): boolean {
    const last = this.#batches.at(-1);
    return last !== undefined && !last.finished;
  }

  /** Adds `count` event lines. */
  add(lines: Uint8Array, count: number): void {
    let batch = this.#batches.at(-1);
    if (!batch || batch.finished) {
      batch = new OpenBatch(++this.#sequence);
      this.#batches.push(batch);
      this.#options.begun(batch.sequence);
    }
    batch.events += count;
    batch.raw.push(lines);
    batch.rawBytes += lines.length;
    const limit = this.#options.limitBytes();
    if (!this.#options.compress) {
      if (batch.rawBytes > limit) this.#finish(batch);
    } else if (batch.rawBytes >= Math.min(MEMBER_BYTES, Math.max(1024, limit))) {
      this.#compress(batch);
    }
  }

  /** Finishes the batch that is being filled, if there is one (W-33). */
  finish(forced: boolean): void {
    const batch = this.#batches.at(-1);
    if (!batch || batch.finished) return;
    batch.forced = forced;
    this.#finish(batch);
  }

  /** Everything that was not handed over yet, finished on the spot; for a process that is about to end. */
  drainSync(): Batch[] {
    const batches = this.#batches.splice(0);
    return batches.map((batch) => {
      if (this.#options.compress) {
        const { gzipSync } = process.getBuiltinModule("node:zlib");
        for (const [index, raw] of batch.waiting) batch.parts[index] = gzipSync(raw, { level: 1 });
        if (batch.rawBytes > 0) batch.parts.push(gzipSync(takeRaw(batch), { level: 1 }));
      } else if (batch.rawBytes > 0) {
        batch.parts.push(takeRaw(batch));
      }
      batch.waiting.clear();
      return this.#toBatch(batch);
    });
  }

  #finish(batch: OpenBatch): void {
    batch.finished = true;
    if (this.#options.compress) {
      if (batch.rawBytes > 0) this.#compress(batch);
    } else {
      batch.parts.push(takeRaw(batch));
    }
    this.#handOver();
  }

  #compress(batch: OpenBatch): void {
    const raw = takeRaw(batch);
    const index = batch.parts.push(undefined) - 1;
    batch.waiting.set(index, raw);
    const { gzip, gzipSync } = process.getBuiltinModule("node:zlib");
    gzip(raw, { level: 1 }, (error, compressed) => {
      // Drained meanwhile.
      if (!batch.waiting.delete(index)) return;
      const part = error ? gzipSync(raw, { level: 1 }) : compressed;
      batch.parts[index] = part;
      batch.partBytes += part.length;
      if (!batch.finished && batch.partBytes > this.#options.limitBytes()) this.#finish(batch);
      this.#handOver();
    });
  }

  #handOver(): void {
    for (let batch = this.#batches[0]; batch?.finished && batch.waiting.size === 0; batch = this.#batches[0]) {
      this.#batches.shift();
      this.#options.done(this.#toBatch(batch));
    }
  }

  #toBatch(batch: OpenBatch): Batch {
    const parts = batch.parts as Uint8Array[];
    return {
      sequence: batch.sequence,
      id: `${this.#options.ephemeralId}:${batch.sequence}`,
      events: batch.events,
      parts,
      gzip: this.#options.compress,
      bytes: parts.reduce((sum, part) => sum + part.length, 0),
      forced: batch.forced,
    };
  }
}

function takeRaw(batch: OpenBatch): Uint8Array {
  const raw = batch.raw.length === 1 ? (batch.raw[0] as Uint8Array) : Buffer.concat(batch.raw);
  batch.raw = [];
  batch.rawBytes = 0;
  return raw;
}
