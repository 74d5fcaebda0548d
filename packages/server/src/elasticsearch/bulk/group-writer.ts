import type { BulkPiece } from "./bulk.js";

/** Documents that come together go into one file up to this size: one sync serves many batches, and a file is read whole. */
const FILE_BYTES = 4 * 1024 * 1024;

/** Documents that are to go into a file. */
export interface Group {
  readonly pieces: readonly BulkPiece[];
  readonly bytes: number;
  /** Only groups of one hour, or of none, share a file. */
  readonly heldHour: number | undefined;
}

/** Documents wait for the write under way to finish, then go into one file together. */
export class GroupWriter {
  readonly #write: (body: Buffer, heldHour: number | undefined) => Promise<boolean>;
  #waiting: (Group & { settle: (kept: boolean) => void })[] = [];
  #writing: Promise<void> | undefined;

  /** `write` makes a file of a body; false when that fails. */
  constructor(write: (body: Buffer, heldHour: number | undefined) => Promise<boolean>) {
    this.#write = write;
  }

  /** What is not written yet. */
  get bytes(): number {
    return this.#waiting.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** True once the file is there that holds them. */
  add(group: Group): Promise<boolean> {
    return new Promise((settle) => {
      this.#waiting.push({ ...group, settle });
      this.#writing ??= this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      let bytes = 0;
      let count = 0;
      const heldHour = this.#waiting[0]?.heldHour;
      for (const group of this.#waiting) {
        if (group.heldHour !== heldHour || bytes >= FILE_BYTES) break;
        bytes += group.bytes;
        count++;
      }
      const groups = this.#waiting.slice(0, count);
      const body = Buffer.concat(groups.flatMap(({ pieces }) => pieces.map((piece) => piece.body)));
      const kept = await this.#write(body, heldHour);
      this.#waiting.splice(0, count);
      for (const { settle } of groups) settle(kept);
    }
    this.#writing = undefined;
  }
}
