import { constants, createGunzip, createInflate, type Gunzip, gunzipSync, type Inflate, inflateSync } from "node:zlib";
import type { Encoding } from "./encoding.js";

type Compressed = Exclude<Encoding, "plain">;

/** Largest output of a body that is inflated in one piece. Beyond, the body is streamed. */
export const MAX_WHOLE_BYTES: number = 2 * 1024 * 1024;

/** The inflated body; `error` when it breaks off or is damaged, then `bytes` is what can be read before. */
export interface Inflated {
  readonly bytes: Buffer;
  readonly error: string | undefined;
}

/**
 * Inflates a small body in one call, which costs less than a stream (below 64 KB). Undefined when the result is larger than
 * `MAX_WHOLE_BYTES`.
 */
export function inflateWhole(encoding: Compressed, body: Buffer): Inflated | undefined {
  const inflate = encoding === "gzip" ? gunzipSync : inflateSync;
  const options = { maxOutputLength: MAX_WHOLE_BYTES, chunkSize: expectedSize(encoding, body) };
  try {
    return { bytes: inflate(body, options), error: undefined };
  } catch (error) {
    if (isTooLarge(error)) return undefined;
  }
  // Broken data. The longest beginning that can be read is found by halving: a beginning is readable if it ends before the damage.
  const partial = { ...options, finishFlush: constants.Z_SYNC_FLUSH };
  let readable: Buffer = Buffer.alloc(0);
  let low = 0;
  let high = body.length;
  let error = "unexpected EOF";
  for (let length = high; low < high; length = (low + high + 1) >> 1) {
    try {
      readable = inflate(body.subarray(0, length), partial);
      low = length;
    } catch (failure) {
      if (isTooLarge(failure)) return undefined;
      error = messageOf(failure);
      high = length - 1;
    }
  }
  return { bytes: readable, error };
}

/** A gzip body ends with its inflated size, so that one buffer of the right size can be made. It is a hint: it may lie. */
function expectedSize(encoding: Compressed, body: Buffer): number {
  const hint = encoding === "gzip" && body.length >= 18 ? body.readUInt32LE(body.length - 4) : body.length * 8;
  return Math.min(Math.max(hint, 1024), MAX_WHOLE_BYTES);
}

/** A piece of compressed input; at most about 1,000 times as much comes out of it at once. */
const SLICE_BYTES = 4096;

/** Inflates a body piece by piece. */
export class Inflater {
  readonly #stream: Gunzip | Inflate;
  readonly #sink: (chunk: Buffer) => Promise<boolean>;
  #out: Buffer[] = [];
  #error: Error | undefined;
  #stopped = false;
  /** Called when the stream fails: zlib then drops the callback of the write that is under way. */
  #failed: () => void = () => {};

  /** `sink` takes the inflated chunks in order; false: it wants no more. */
  constructor(encoding: Compressed, sink: (chunk: Buffer) => Promise<boolean>) {
    this.#stream = encoding === "gzip" ? createGunzip({ chunkSize: 65536 }) : createInflate({ chunkSize: 65536 });
    this.#sink = sink;
    this.#stream.on("data", (chunk: Buffer) => this.#out.push(chunk));
    this.#stream.on("error", (error) => {
      this.#error = error;
      this.#failed();
    });
  }

  /** Inflates a chunk. False: stopped, either by the sink or by damaged data, see `error`. */
  async write(chunk: Buffer): Promise<boolean> {
    for (let start = 0; start < chunk.length && !this.#stopped && this.#error === undefined; start += SLICE_BYTES) {
      await new Promise<void>((resolve) => {
        this.#failed = resolve;
        this.#stream.write(chunk.subarray(start, start + SLICE_BYTES), () => resolve());
      });
      await this.#drain();
    }
    return !this.#stopped && this.#error === undefined;
  }

  /** The input ended. False as for `write`. */
  async end(): Promise<boolean> {
    if (!this.#stopped && this.#error === undefined) {
      await new Promise<void>((resolve) => {
        this.#failed = resolve;
        this.#stream.once("end", resolve);
        this.#stream.end();
      });
      await this.#drain();
    }
    return !this.#stopped && this.#error === undefined;
  }

  /** What is wrong with the data. */
  get error(): string | undefined {
    return this.#error === undefined ? undefined : messageOf(this.#error);
  }

  /** Releases the memory of the inflater at once. */
  destroy(): void {
    this.#stream.destroy();
  }

  async #drain(): Promise<void> {
    const out = this.#out;
    this.#out = [];
    for (const chunk of out) {
      if (this.#stopped) return;
      this.#stopped = !(await this.#sink(chunk));
    }
  }
}

function isTooLarge(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
}

function messageOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "Z_BUF_ERROR" ? "unexpected EOF" : message;
}
