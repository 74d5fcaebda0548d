import { appendFile, mkdir, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { RefusedDocument } from "../bulk/bulk.js";

/**
 * Documents that the search node will never take, a mapping conflict for instance, as ND-JSON lines `{"status","reason","action","source"}`. One former file is
 * kept beside it, so the space is bounded by twice the limit.
 */
export class DeadLetters {
  readonly #path: string;
  readonly #limitBytes: number;
  #bytes: number | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(path: string, limitBytes: number) {
    this.#path = path;
    this.#limitBytes = limitBytes;
  }

  /** Appends them; a disk that does not take them loses only this record of them, they are counted all the same. */
  add(documents: readonly RefusedDocument[]): Promise<void> {
    this.#last = this.#last.then(() => this.#append(documents)).catch(() => {});
    return this.#last;
  }

  async #append(documents: readonly RefusedDocument[]): Promise<void> {
    const text = documents.map(line).join("");
    if (this.#bytes === undefined) {
      await mkdir(dirname(this.#path), { recursive: true });
      this.#bytes = await stat(this.#path).then(
        ({ size }) => size,
        () => 0,
      );
    }
    if (this.#bytes > 0 && this.#bytes + text.length > this.#limitBytes) {
      await rename(this.#path, `${this.#path}.1`);
      this.#bytes = 0;
    }
    await appendFile(this.#path, text);
    this.#bytes += Buffer.byteLength(text);
  }
}

function line({ lines, status, reason }: RefusedDocument): string {
  const [action, source] = lines.toString("utf8").split("\n", 2);
  return `{"status":${status},"reason":${JSON.stringify(reason)},"action":${action},"source":${source}}\n`;
}
