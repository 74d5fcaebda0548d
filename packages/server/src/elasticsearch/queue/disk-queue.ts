import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, statSync, unlinkSync } from "node:fs";
import { open, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { BulkPiece } from "../bulk/bulk.js";
import { GroupWriter } from "../bulk/group-writer.js";
import { HEADER_BYTES, heldHourOf, nameOf, readQueueFile, SUFFIX, TEMPORARY, writeQueueFile } from "./queue-file.js";

const PROBE_BYTES = 64 * 1024;

/** Held documents may take this part of the space: the rest is for when the nodes are away. */
const HELD_PART = 0.5;
const HOUR_MS = 3_600_000;

interface QueuedFile {
  readonly name: string;
  readonly bytes: number;
  readonly heldHour: number | undefined;
}

/** What lies on disk, oldest first: the body of a bulk request, made of one file or of several small ones. */
export interface QueuedBody {
  readonly names: readonly string[];
  readonly body: Buffer;
  /** The hour in which its documents were first held, in hours since 1970; undefined when they were not. */
  readonly heldHour: number | undefined;
}

/** The hour it is, in hours since 1970. */
export function thisHour(): number {
  return Math.floor(Date.now() / HOUR_MS);
}

/**
 * Documents that no node has taken yet, on disk until one does. A file holds a checksum and the body of a bulk request and appears by a rename after its
 * bytes are synced, so a crash leaves whole files only. Bounded: what does not fit is refused, nothing is dropped.
 *
 * Documents that a node refuses for now while it takes others are *held*: they lie in files of their own, named with the hour in which they came, so that others
 * do not wait behind them.
 */
export class DiskQueue {
  readonly #directory: string;
  readonly #limitBytes: number;
  readonly #files: QueuedFile[] = [];
  #bytes = 0;
  #heldBytes = 0;
  #sequence = 0;
  /** In the names of this process's files: two servers on one directory, by mistake, must not overwrite each other's. */
  readonly #owner = randomBytes(4).toString("hex");
  #problem: string | undefined;
  #heldProblem: string | undefined;
  readonly #writer = new GroupWriter((body, heldHour) => this.#write(body, heldHour));

  /** Opens what a former process left. Throws what the file system says. */
  constructor(directory: string, limitBytes: number) {
    this.#directory = directory;
    this.#limitBytes = limitBytes;
    mkdirSync(directory, { recursive: true });
    for (const name of readdirSync(directory).sort()) {
      if (name.endsWith(TEMPORARY)) unlinkSync(join(directory, name));
      if (!name.endsWith(SUFFIX)) continue;
      const { size } = statSync(join(directory, name));
      this.#add({ name, bytes: size, heldHour: heldHourOf(name) });
      this.#sequence = Math.max(this.#sequence, Number.parseInt(name, 10) || 0);
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The part of {@link bytes} that is held. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  get isEmpty(): boolean {
    return this.#files.length === 0;
  }

  /** Why the last documents were not kept; undefined when they were, or when room was made since. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** The same of the last documents that were to be held. */
  get heldProblem(): string | undefined {
    return this.#heldProblem;
  }

  /** True once the documents are durable; false when they do not fit or cannot be written. */
  append(pieces: readonly BulkPiece[]): Promise<boolean> {
    const bytes = sizeOf(pieces);
    if (this.#bytes + this.#writer.bytes + bytes > this.#limitBytes) {
      this.#problem = "the disk queue is full";
      return Promise.resolve(false);
    }
    return this.#writer.add({ pieces, bytes, heldHour: undefined });
  }

  /** The same for documents that are held from now on. */
  hold(pieces: readonly BulkPiece[]): Promise<boolean> {
    const bytes = sizeOf(pieces);
    const waiting = this.#writer.bytes;
    const isFull =
      this.#heldBytes + waiting + bytes > this.#limitBytes * HELD_PART ||
      this.#bytes + waiting + bytes > this.#limitBytes;
    this.#heldProblem = isFull ? "the disk queue has no room for what they refuse for now" : undefined;
    return isFull ? Promise.resolve(false) : this.#writer.add({ pieces, bytes, heldHour: thisHour() });
  }

  /** Of a body only this is left, and it is held behind all others; false when that cannot be written, and then the body stays whole, behind all others. */
  async keepApart(queued: QueuedBody, left: BulkPiece): Promise<boolean> {
    const { names, heldHour = thisHour() } = queued;
    const isWhole = queued.heldHour !== undefined && left.body.length === queued.body.length;
    // No question of space: it lies there already.
    const kept = isWhole || (await this.#writer.add({ pieces: [left], bytes: sizeOf([left]), heldHour }));
    if (kept && !isWhole) await this.remove(queued);
    else for (const name of names) this.#files.push(...this.#files.splice(this.#indexOf(name), 1));
    return kept;
  }

  /** Looks whether documents could be kept again, and clears {@link problem} then: nobody sends any to a server that is not ready. */
  async probe(): Promise<void> {
    const isFull = this.#bytes > 0 && this.#bytes + PROBE_BYTES > this.#limitBytes;
    if (this.#problem === undefined || isFull) return;
    const path = join(this.#directory, `probe-${this.#owner}${SUFFIX}${TEMPORARY}`);
    try {
      const file = await open(path, "w");
      try {
        await file.writeFile(Buffer.alloc(PROBE_BYTES, 1));
        await file.sync();
      } finally {
        await file.close();
      }
      this.#problem = undefined;
    } catch (error) {
      this.#problem = unwritable(error);
    }
    await unlink(path).catch(() => {});
  }

  /**
   * The oldest documents, of those that are held or of the others; undefined when there are none. Small files, as a few senders leave them while the nodes are away, are read together up to
   * `bytes`: a node takes one large request in a fraction of the time of many small ones. A file that is damaged is passed over and reported by
   * `damaged`. Held documents come together with those of their hour. Rejects when the oldest file cannot be read now.
   */
  async oldest(
    bytes: number,
    damaged: (name: string) => void,
    { isHeld }: { isHeld: boolean } = { isHeld: false },
  ): Promise<QueuedBody | undefined> {
    let heldHour: number | undefined;
    const names: string[] = [];
    const bodies: Buffer[] = [];
    let size = 0;
    for (const file of [...this.#files]) {
      if ((file.heldHour !== undefined) !== isHeld || (names.length > 0 && file.heldHour !== heldHour)) continue;
      if (names.length > 0 && size + file.bytes > bytes) break;
      let body: Buffer | undefined;
      try {
        body = await this.#read(file.name, damaged);
      } catch (error) {
        if (names.length === 0) throw error;
        break;
      }
      if (body === undefined) continue;
      heldHour = file.heldHour;
      names.push(file.name);
      bodies.push(body);
      size += file.bytes;
    }
    return names.length === 0
      ? undefined
      : { names, heldHour, body: bodies.length === 1 ? (bodies[0] as Buffer) : Buffer.concat(bodies) };
  }

  /** What a file holds; undefined when it is gone or damaged, and then it is no part of the queue any more. */
  async #read(name: string, damaged: (name: string) => void): Promise<Buffer | undefined> {
    const path = join(this.#directory, name);
    const body = await readQueueFile(path);
    if (typeof body !== "string") return body;
    this.#forget(name);
    if (body === "gone") return undefined;
    await rename(path, `${path}.damaged`).catch(() => {});
    damaged(name);
    return undefined;
  }

  /** A body was taken by a node. */
  async remove({ names }: QueuedBody): Promise<void> {
    for (const name of names) {
      await unlink(join(this.#directory, name)).catch(() => {});
      this.#forget(name);
    }
  }

  #add(file: QueuedFile): void {
    this.#files.push(file);
    this.#bytes += file.bytes;
    if (file.heldHour !== undefined) this.#heldBytes += file.bytes;
  }

  #forget(name: string): void {
    const at = this.#indexOf(name);
    if (at < 0) return;
    const { bytes, heldHour } = this.#files.splice(at, 1)[0] as QueuedFile;
    this.#bytes -= bytes;
    if (heldHour !== undefined) this.#heldBytes -= bytes;
    this.#problem = undefined;
    this.#heldProblem = undefined;
  }

  #indexOf(name: string): number {
    return this.#files.findIndex((file) => file.name === name);
  }

  async #write(body: Buffer, heldHour: number | undefined): Promise<boolean> {
    const name = nameOf(++this.#sequence, this.#owner, heldHour);
    try {
      await writeQueueFile(join(this.#directory, name), body);
    } catch (error) {
      this.#problem = unwritable(error);
      return false;
    }
    this.#problem = undefined;
    this.#add({ name, bytes: HEADER_BYTES + body.length, heldHour });
    return true;
  }
}

function sizeOf(pieces: readonly BulkPiece[]): number {
  return pieces.reduce((sum, { body }) => sum + body.length, HEADER_BYTES);
}

function unwritable(error: unknown): string {
  return `the disk queue cannot be written: ${(error as NodeJS.ErrnoException).code}`;
}
