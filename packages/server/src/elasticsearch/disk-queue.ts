import { mkdirSync, readdirSync, statSync, unlinkSync } from "node:fs";
import { open, readFile, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { BulkItem } from "./bulk.js";

const SUFFIX = ".bulk";
const TEMPORARY = ".writing";
const HEADER_BYTES = 4;

interface QueuedFile {
  readonly name: string;
  readonly bytes: number;
}

/** What lies on disk, oldest first: the body of a bulk request. */
export interface QueuedBody {
  readonly name: string;
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
  /** Documents that wait for the write under way to finish, then go into one file together. */
  #waiting: { items: BulkItem[]; bytes: number; settle: (kept: boolean) => void }[] = [];
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

  get isFull(): boolean {
    return this.#bytes >= this.#limitBytes;
  }

  /** True once the items are durable; false when they do not fit or cannot be written. */
  append(items: BulkItem[]): Promise<boolean> {
    const bytes = items.reduce((sum, { lines }) => sum + lines.length, 0);
    const waiting = this.#waiting.reduce((sum, group) => sum + group.bytes, 0);
    if (this.#bytes + waiting + bytes > this.#limitBytes) return Promise.resolve(false);
    return new Promise((settle) => {
      this.#waiting.push({ items, bytes, settle });
      this.#writing ??= this.#writeAll();
    });
  }

  /** The oldest body; undefined when the queue is empty. A file that is damaged is passed over and reported by `damaged`. */
  async oldest(damaged: (name: string) => void): Promise<QueuedBody | undefined> {
    for (let file = this.#files[0]; file !== undefined; file = this.#files[0]) {
      const data = await readFile(join(this.#directory, file.name)).catch(() => undefined);
      const body = data?.subarray(HEADER_BYTES);
      if (
        data !== undefined &&
        body !== undefined &&
        data.length > HEADER_BYTES &&
        data.readUInt32LE(0) === crc32(body)
      )
        return { name: file.name, body };
      this.#forget(file.name);
      await rename(join(this.#directory, file.name), join(this.#directory, `${file.name}.damaged`)).catch(() => {});
      damaged(file.name);
    }
    return undefined;
  }

  /** A body was taken by a node. */
  async remove(name: string): Promise<void> {
    await unlink(join(this.#directory, name)).catch(() => {});
    this.#forget(name);
  }

  #forget(name: string): void {
    const at = this.#files.findIndex((file) => file.name === name);
    if (at >= 0) this.#bytes -= (this.#files.splice(at, 1)[0] as QueuedFile).bytes;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const groups = this.#waiting;
      this.#waiting = [];
      const kept = await this.#write(Buffer.concat(groups.flatMap(({ items }) => items.map(({ lines }) => lines))));
      for (const { settle } of groups) settle(kept);
    }
    this.#writing = undefined;
  }

  async #write(body: Buffer): Promise<boolean> {
    const name = `${String(++this.#sequence).padStart(12, "0")}${SUFFIX}`;
    const temporary = join(this.#directory, `${name}${TEMPORARY}`);
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32LE(crc32(body));
    try {
      const file = await open(temporary, "w");
      try {
        await file.writev([header, body]);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, join(this.#directory, name));
      await this.#syncDirectory();
    } catch {
      await unlink(temporary).catch(() => {});
      return false;
    }
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
