/** Takes the lines of a stream in order. */
export interface LineSink {
  /** A line without its newline. False: read no further. */
  line(text: string): boolean;
  /** A line of `maxLineBytes` or more was skipped; its first `maxLineBytes`. False: read no further. */
  longLine(head: string): boolean;
}

const NEWLINE = 10;

/**
 * Cuts chunks of bytes into lines. Only a line that lies across chunks is copied; of a line that is too long only the first `maxLineBytes` are kept
 * (SRV-24), so memory is bounded whatever is sent.
 */
export class LineReader {
  readonly #sink: LineSink;
  readonly #maxLineBytes: number;
  /** The beginning of a line whose end has not come yet. */
  #carry: Buffer[] = [];
  #carryBytes = 0;
  #stopped = false;

  constructor(sink: LineSink, maxLineBytes: number) {
    this.#sink = sink;
    this.#maxLineBytes = maxLineBytes;
  }

  /** Bytes held for a line that is not complete. */
  get heldBytes(): number {
    return Math.min(this.#carryBytes, this.#maxLineBytes);
  }

  /** Passes on the lines that end in this chunk. False once the sink said to read no further. */
  write(chunk: Buffer): boolean {
    let start = 0;
    while (!this.#stopped) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end < 0) break;
      if (this.#carryBytes > 0) {
        this.#hold(chunk.subarray(start, end));
        this.#stopped = !this.#emitCarry();
      } else if (end - start >= this.#maxLineBytes) {
        this.#stopped = !this.#sink.longLine(chunk.toString("utf8", start, start + this.#maxLineBytes));
      } else {
        this.#stopped = !this.#sink.line(chunk.toString("utf8", start, end));
      }
      start = end + 1;
    }
    if (!this.#stopped && start < chunk.length) this.#hold(chunk.subarray(start));
    return !this.#stopped;
  }

  /** The stream ended: passes on a last line without a newline. */
  end(): void {
    if (!this.#stopped && this.#carryBytes > 0) this.#emitCarry();
    this.#stopped = true;
  }

  #hold(piece: Buffer): void {
    const room = this.#maxLineBytes - this.#carryBytes;
    if (room > 0) this.#carry.push(piece.length > room ? piece.subarray(0, room) : piece);
    this.#carryBytes += piece.length;
    // A line that comes byte by byte must not cost an object a byte.
    if (this.#carry.length >= 64) this.#carry = [Buffer.concat(this.#carry)];
  }

  #emitCarry(): boolean {
    const long = this.#carryBytes >= this.#maxLineBytes;
    const text = Buffer.concat(this.#carry).toString("utf8");
    this.#carry = [];
    this.#carryBytes = 0;
    return long ? this.#sink.longLine(text) : this.#sink.line(text);
  }
}
