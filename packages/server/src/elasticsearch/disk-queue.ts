import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, statSync, unlinkSync } from "node:fs";
import { open, readFile, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { BulkPiece } from "./bulk.js";

const SUFFIX = ".bulk";
const TEMPORARY = ".writing";
const HEADER_BYTES = 4;
/** Documents that come together go into one file up to this size: one sync serves many batches, and a file is read whole. */
const FILE_BYTES = 4 * 1024 * 1024;
const PROBE_BYTES = 64 * 1024;

interface QueuedFile {
  readonly name: string;
  readonly bytes: number;
}

/** What lies on disk, oldest first: the body of a bulk request, made of one file or of several small ones. */
export interface QueuedBody {
  readonly names: readonly string[];
  readonly body: Buffer;
}

/**
 * Documents that no node has taken yet, on disk until one does. A file holds a checksum and the body of a bulk request and appears by a rename after its
 * bytes are synced, so a crash leaves whole files only. Bounded: what does not fit is refused, nothing is dropped.
 */
export class DiskQueue {
  readonly #directory: string;
  readonly #limitBytes: number;
  readonly #files: QueuedFile[] = [];
  #bytes = 0;
  #sequence = 0;
  /** In the names of this process's files: two servers on one directory, by mistake, must not overwrite each other's. */
  readonly #owner = randomBytes(4).toString("hex");
  #problem: string | undefined;
  /** Documents that wait for the write under way to finish, then go into one file together. */
  #waiting: { pieces: readonly BulkPiece[]; bytes: number; settle: (kept: boolean) => void }[] = [];
  #writing: Promise<void> | undefined;

  /** Opens what a former process left. Throws what the file system says. */
  constructor(directory: string, limitBytes: number) {
    this.#directory = directory;
    this.#limitBytes = limitBytes;
    mkdirSync(directory, { recursive: true });
    for (const name of readdirSync(directory).sort()) {
      if (name.endsWith(TEMPORARY)) unlinkSync(join(directory, name));
      if (!name.endsWith(SUFFIX)) continue;
      const { size } = statSync(join(directory, name));
      this.#files.push({ name, bytes: size });
      this.#bytes += size;
      this.#sequence = Math.max(this.#sequence, Number.parseInt(name, 10) || 0);
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#files.length === 0;
  }

  /** Why the last documents were not kept; undefined when they were, or when room was made since. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** True once the documents are durable; false when they do not fit or cannot be written. */
  append(pieces: readonly BulkPiece[]): Promise<boolean> {
    const bytes = pieces.reduce((sum, { body }) => sum + body.length, HEADER_BYTES);
    const waiting = this.#waiting.reduce((sum, group) => sum + group.bytes, 0);
    if (this.#bytes + waiting + bytes > this.#limitBytes) {
      this.#problem = "the disk queue is full";
      return Promise.resolve(false);
    }
    return new Promise((settle) => {
      this.#waiting.push({ pieces, bytes, settle });
      this.#writing ??= this.#writeAll();
    });
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
   * The oldest documents; undefined when the queue is empty. Small files, as a few senders leave them while the nodes are away, are read together up to
   * `bytes`: a node takes one large request in a fraction of the time of many small ones. A file that is damaged is passed over and reported by
   * `damaged`. Rejects when the oldest file cannot be read now.
   */
  async oldest(bytes: number, damaged: (name: string) => void): Promise<QueuedBody | undefined> {
    const names: string[] = [];
    const bodies: Buffer[] = [];
    let size = 0;
    for (let file = this.#files[0]; file !== undefined; file = this.#files[names.length]) {
      if (names.length > 0 && size + file.bytes > bytes) break;
      let body: Buffer | undefined;
      try {
        body = await this.#read(file.name, damaged);
      } catch (error) {
        if (names.length === 0) throw error;
        break;
      }
      if (body === undefined) continue;
      names.push(file.name);
      bodies.push(body);
      size += file.bytes;
    }
    return names.length === 0
      ? undefined
      : { names, body: bodies.length === 1 ? (bodies[0] as Buffer) : Buffer.concat(bodies) };
  }

  /** What a file holds; undefined when it is gone or damaged, and then it is no part of the queue any more. */
  async #read(name: string, damaged: (name: string) => void): Promise<Buffer | undefined> {
    const path = join(this.#directory, name);
    const data = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    const body = data?.subarray(HEADER_BYTES);
    if (data !== undefined && body !== undefined && body.length > 0 && data.readUInt32LE(0) === crc32(body))
      return body;
    this.#forget(name);
    if (data === undefined) return undefined;
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

  #forget(name: string): void {
    const at = this.#files.findIndex((file) => file.name === name);
    if (at < 0) return;
    this.#bytes -= (this.#files.splice(at, 1)[0] as QueuedFile).bytes;
    this.#problem = undefined;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      let bytes = 0;
      let count = 0;
      while (count < this.#waiting.length && bytes < FILE_BYTES) bytes += this.#waiting[count++]?.bytes ?? 0;
      const groups = this.#waiting.slice(0, count);
      const kept = await this.#write(Buffer.concat(groups.flatMap(({ pieces }) => pieces.map(({ body }) => body))));
      this.#waiting.splice(0, count);
      for (const { settle } of groups) settle(kept);
    }
    this.#writing = undefined;
  }

  async #write(body: Buffer): Promise<boolean> {
    const name = `${String(++this.#sequence).padStart(12, "0")}-${this.#owner}${SUFFIX}`;
    const path = join(this.#directory, name);
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32LE(crc32(body));
    try {
      const file = await open(path + TEMPORARY, "w");
      try {
        // Not writev: on a disk that fills up it may write a part and not say so.
        await file.writeFile(header);
        await file.writeFile(body);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(path + TEMPORARY, path);
      await this.#syncDirectory();
    } catch (error) {
      this.#problem = unwritable(error);
      for (const left of [path + TEMPORARY, path]) await unlink(left).catch(() => {});
      return false;
    }
    this.#problem = undefined;
    this.#files.push({ name, bytes: HEADER_BYTES + body.length });
    this.#bytes += HEADER_BYTES + body.length;
    return true;
  }

  /** The rename itself must survive. Windows cannot sync a directory, and needs not to. */
  async #syncDirectory(): Promise<void> {
    if (process.platform === "win32") return;
    const directory = await open(this.#directory, "r");
    await directory.sync().finally(() => directory.close());
  }
}

function unwritable(error: unknown): string {
  return `the disk queue cannot be written: ${(error as NodeJS.ErrnoException).code}`;
}
