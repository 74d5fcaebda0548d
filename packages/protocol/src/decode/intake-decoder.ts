import { MAX_EVENT_SIZE_BYTES, MAX_LISTED_ERRORS } from "../limits.js";
import type { Metadata } from "../metadata.js";
import type { Metricset } from "../metricset.js";
import { DecodeError } from "./decode-error.js";
import { LineReader, type LineSink } from "./line-reader.js";
import { decodeMetadata } from "./metadata.js";
import { decodeMetricset, type Refused } from "./metricset.js";
import { checkOtherEvent, type OtherEventType } from "./other-events.js";

/** An error as an intake answer lists it (SRV-27). */
export interface ListedError {
  message: string;
  /** The line it is about. */
  document?: string;
}

/** More blank lines than this are an attack, not a stream (D-SRV-1). */
const MAX_BLANK_LINES = 10_000;

/** Metricsets that were decoded and not yet taken, with the zero-based line of each. */
export interface DecodedMetricsets {
  metricsets: Metricset[];
  lines: number[];
}

/** A part of a request is full with so many metricsets, or so many characters of their lines. */
export interface PartSize {
  readonly metricsets: number;
  readonly characters: number;
}

const WHOLE_REQUEST: PartSize = { metricsets: Number.POSITIVE_INFINITY, characters: Number.POSITIVE_INFINITY };

/**
 * Decodes the body of one intake request line by line (SRV-22 … SRV-25, W-10 … W-12). An event that is not accepted is recorded and the rest goes on;
 * only a stream that cannot be understood at all stops, with `fatal`. Never throws.
 *
 *   body ─▶ LineReader ─▶ metadata, then events ─▶ take()
 */
export class IntakeDecoder implements LineSink {
  /** Set once the first line was accepted. */
  metadata: Metadata | undefined;
  /** Why reading stopped before the end. */
  fatal: DecodeError | undefined;
  /** The first errors, at most five; `errorCount` counts all. */
  readonly errors: ListedError[] = [];
  errorCount = 0;
  /** Kinds of all errors with their number. */
  readonly errorKinds: Map<DecodeError["kind"], number> = new Map();
  /** Accepted events that are not stored (D-SRV-6), by type. */
  readonly others: { [type in OtherEventType]: number } = { transaction: 0, span: 0, error: 0, log: 0 };
  /** Accepted metricsets of which no sample is left to store (D-SRV-3). */
  emptied = 0;
  readonly refused: Refused = { histogramLength: 0, breakdownEmpty: 0 };

  readonly #reader: LineReader;
  readonly #nowUs: number;
  readonly #partSize: PartSize;
  /** Metricsets in each full part, and in the one that is filling: counted line by line, never by chunk, so that a repeat is cut alike (W-90). */
  readonly #fullParts: number[] = [];
  #partMetricsets = 0;
  #partCharacters = 0;
  #line = -1;
  #blankLines = 0;
  #metricsets: Metricset[] = [];
  #lines: number[] = [];

  /** `nowUs`: when the request arrived, microseconds since the epoch. */
  constructor(nowUs: number, maxEventSizeBytes: number = MAX_EVENT_SIZE_BYTES, partSize: PartSize = WHOLE_REQUEST) {
    this.#nowUs = nowUs;
    this.#partSize = partSize;
    this.#reader = new LineReader(this, maxEventSizeBytes);
  }

  /** Decodes the lines that end in this chunk of the (decompressed) body. False: the stream stopped, see `fatal`. */
  write(chunk: Buffer): boolean {
    return this.#reader.write(chunk) && this.fatal === undefined;
  }

  /** The body ended; a last line without a newline counts. */
  end(): void {
    this.#atEnd = true;
    this.#reader.end();
  }
  #atEnd = false;

  /** Number of metricsets that wait to be taken. */
  get pending(): number {
    return this.#metricsets.length;
  }

  /** Hands out the next full part and forgets it; undefined while it is still filling. Its bounds depend on the lines alone. */
  takePart(): DecodedMetricsets | undefined {
    const length = this.#fullParts.shift();
    if (length === undefined) return undefined;
    return { metricsets: this.#metricsets.splice(0, length), lines: this.#lines.splice(0, length) };
  }

  /** Hands out all decoded metricsets and forgets them: the last part, once the full ones are taken. */
  take(): DecodedMetricsets {
    this.#fullParts.length = 0;
    this.#partMetricsets = 0;
    this.#partCharacters = 0;
    const taken = { metricsets: this.#metricsets, lines: this.#lines };
    this.#metricsets = [];
    this.#lines = [];
    return taken;
  }

  line(text: string): boolean {
    this.#line++;
    if (text === "") return this.#blank();
    if (this.metadata === undefined) return this.#first(text);
    const error = this.#event(text);
    if (error !== undefined) this.#record(error, text);
    return true;
  }

  longLine(head: string): boolean {
    this.#line++;
    const error = new DecodeError("tooLarge", "event exceeded the permitted size");
    if (this.metadata === undefined) return this.#stop(error, head);
    this.#record(error, head);
    return true;
  }

  /** Blank lines are skipped, but a stream must not begin with them: only a body of one newline passes (SRV-22). */
  #blank(): boolean {
    this.#blankLines++;
    if (this.#blankLines > MAX_BLANK_LINES)
      return this.#stop(new DecodeError("stream", "too many blank lines"), undefined);
    if (this.metadata === undefined && this.#line > 0) return this.#stop(NO_METADATA, undefined);
    return true;
  }

  #first(text: string): boolean {
    if (this.#line > 0) return this.#stop(NO_METADATA, undefined);
    if (this.#atEnd) return this.#stop(new DecodeError("stream", "EOF while reading metadata"), text);
    if (!text.startsWith('{"metadata":') && eventType(text) !== "metadata") return this.#stop(NO_METADATA, text);
    const root = parse(text);
    const metadata = root instanceof DecodeError ? root : decodeMetadata(root.metadata);
    if (metadata instanceof DecodeError) return this.#stop(metadata, text);
    this.metadata = metadata;
    return true;
  }

  #event(text: string): DecodeError | undefined {
    const type = text.startsWith('{"metricset":') ? "metricset" : eventType(text);
    switch (type) {
      case "metricset": {
        const root = parse(text);
        if (root instanceof DecodeError) return root;
        const metricset = decodeMetricset(root.metricset, this.#nowUs, this.refused);
        if (metricset instanceof DecodeError) return metricset;
        if (metricset !== null) this.#keep(metricset, text.length);
        return undefined;
      }
      case "transaction":
      case "span":
      case "error":
      case "log": {
        const root = parse(text);
        const error = root instanceof DecodeError ? root : checkOtherEvent(type, root[type]);
        if (error === undefined) this.others[type]++;
        return error;
      }
      default:
        return new DecodeError("unknownType", `did not recognize object type: ${JSON.stringify(type)}`);
    }
  }

  #keep(metricset: Metricset, characters: number): void {
    for (const _ in metricset.samples) {
      this.#metricsets.push(metricset);
      this.#lines.push(this.#line);
      this.#partMetricsets++;
      this.#partCharacters += characters;
      if (this.#partMetricsets >= this.#partSize.metricsets || this.#partCharacters >= this.#partSize.characters) {
        this.#fullParts.push(this.#partMetricsets);
        this.#partMetricsets = 0;
        this.#partCharacters = 0;
      }
      return;
    }
    this.emptied++;
  }

  #record(error: DecodeError, document: string | undefined): void {
    this.errorCount++;
    this.errorKinds.set(error.kind, (this.errorKinds.get(error.kind) ?? 0) + 1);
    if (this.errors.length < MAX_LISTED_ERRORS) {
      this.errors.push(document === undefined ? { message: error.message } : { message: error.message, document });
    }
  }

  #stop(error: DecodeError, document: string | undefined): false {
    this.fatal = error;
    this.#record(error, document);
    return false;
  }
}

const NO_METADATA = new DecodeError("stream", '"metadata" or "m" required');

/** The first quoted text of a line: the name of its event type (SRV-22, SRV-23). */
function eventType(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const quote = text.charCodeAt(i);
    if (quote !== 34 && quote !== 39) continue;
    const end = text.indexOf(text[i] as string, i + 1);
    return end < 0 ? "" : text.slice(i + 1, end);
  }
  return "";
}

function parse(text: string): { readonly [name: string]: unknown } | DecodeError {
  try {
    const root: unknown = JSON.parse(text);
    if (typeof root === "object" && root !== null) return root as { readonly [name: string]: unknown };
    return new DecodeError("decode", "decode error: data read error: expects an object");
  } catch (error) {
    return new DecodeError("decode", `decode error: data read error: ${(error as Error).message}`);
  }
}
