import type { IncomingMessage } from "node:http";

/** Why no more chunks come: the body is complete, the client left, it took too long, or the server gave up on it. */
export type SourceEnd = "end" | "aborted" | "timeout" | "shed" | "closing";

/** Chunks that may wait before the socket is told to stop. */
const MAX_WAITING = 8;

/** A request body as chunks that are pulled one by one, with a time limit. Never throws; `ended` says how it ended. */
export class ChunkSource {
  /** How the body ended; undefined while it goes on. Chunks that came before can still be pulled after `"end"`. */
  ended: SourceEnd | undefined;
  /** Time of the last chunk, epoch milliseconds. */
  lastChunkMs: number;
  /** Compressed bytes so far. */
  receivedBytes = 0;
  readonly #request: IncomingMessage;
  readonly #timer: NodeJS.Timeout;
  readonly #waiting: Buffer[] = [];
  #wake: (() => void) | undefined;

  constructor(request: IncomingMessage, timeoutMs: number, nowMs: number) {
    this.#request = request;
    this.lastChunkMs = nowMs;
    this.#timer = setTimeout(() => this.stop("timeout"), timeoutMs);
    request.on("data", this.#onData);
    request.on("end", this.#onEnd);
    request.on("error", this.#onAbort);
    request.on("close", this.#onAbort);
  }

  /** The next chunk; undefined when there is none, see `ended`. */
  async next(): Promise<Buffer | undefined> {
    for (;;) {
      const chunk = this.#waiting.shift();
      if (chunk !== undefined) {
        if (this.#waiting.length === 0 && this.#request.isPaused()) this.#request.resume();
        return chunk;
      }
      if (this.ended !== undefined) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Gives up: nothing more is pulled, not even what waits. */
  stop(why: SourceEnd): void {
    if (this.ended !== undefined) return;
    this.#waiting.length = 0;
    this.#finish(why);
  }

  /** Leaves the request alone; what comes from now on is somebody else's. */
  dispose(): void {
    clearTimeout(this.#timer);
    this.#request.off("data", this.#onData);
    this.#request.off("end", this.#onEnd);
    this.#request.off("close", this.#onAbort);
    // The listener for "error" stays: an upload that breaks later must not end the process.
  }

  readonly #onData = (chunk: Buffer): void => {
    this.receivedBytes += chunk.length;
    this.lastChunkMs = Date.now();
    this.#waiting.push(chunk);
    if (this.#waiting.length >= MAX_WAITING) this.#request.pause();
    this.#notify();
  };

  readonly #onEnd = (): void => this.#finish("end");

  readonly #onAbort = (): void => this.#finish("aborted");

  #finish(why: SourceEnd): void {
    if (this.ended !== undefined) return;
    this.ended = why;
    clearTimeout(this.#timer);
    this.#notify();
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
