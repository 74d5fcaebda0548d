// Not the global one: a jsdom environment (Jest's, for instance) has none.
import { TextEncoder } from "node:util";
import { MAX_EVENT_SIZE_BYTES } from "../limits.js";

/** Characters gathered before they become bytes: large enough that the conversion is one native call for hundreds of lines. */
const CHUNK_CHARACTERS = 32 * 1024;
const encoder = new TextEncoder();

/** Gathers event lines and hands them out as byte chunks. A line beyond the server's limit is not taken (W-13). */
export class LineBuffer {
  private text = "";
  private lines = 0;

  /** Takes one line, its newline included; false when the line is too long to be sent. */
  add(line: string): boolean {
    // A UTF-16 unit is at most three bytes, so only very long lines are measured.
    if (line.length * 3 > MAX_EVENT_SIZE_BYTES && encoder.encode(line).length > MAX_EVENT_SIZE_BYTES) return false;
    this.text += line;
    this.lines++;
    return true;
  }

  /** Enough is gathered for a chunk. */
  get full(): boolean {
    return this.text.length >= CHUNK_CHARACTERS;
  }

  /** The gathered lines as bytes with their number, leaving the buffer empty; undefined when there are none. */
  take(): { bytes: Uint8Array; count: number } | undefined {
    if (this.lines === 0) return undefined;
    const chunk = { bytes: encoder.encode(this.text), count: this.lines };
    this.text = "";
    this.lines = 0;
    return chunk;
  }
}
