import { type DecodedMetricsets, IntakeDecoder, type ListedError, type PartSize } from "@tidegauge/protocol/decode";
import type { Admitted, LoadGate } from "../admission/load-gate.js";
import type { ServerMetrics } from "../health/metrics.js";
import { ChunkSource } from "../http/chunk-source.js";
import { askForBody } from "../http/linger.js";
import type { Exchange } from "../http/route.js";
import type { Output } from "../output/output.js";
import { type Encoding, encodingOf } from "./encoding.js";
import { Inflater, inflateWhole } from "./inflate.js";
import { PartWriter } from "./part-writer.js";

/** Limits of one intake request (8.4, D-SRV-1). */
export interface IntakeLimits {
  /** Largest line, bytes, newline not counted. */
  readonly maxEventSizeBytes: number;
  /** Largest body after decompression. */
  readonly maxRequestSizeBytes: number;
  /** Time for the whole body to arrive. */
  readonly readTimeoutMs: number;
}

/** What an intake request comes to; the answer is made of it. */
export interface IntakeResult {
  readonly status: number;
  readonly accepted: number;
  readonly errors: readonly ListedError[];
}

/** A body that came whole and is not larger is decoded in one piece. */
const WHOLE_BODY_BYTES = 64 * 1024;
/** A request's metricsets are written in parts of this size, which bounds the memory of a large one. */
const PART: PartSize = { metricsets: 2_000, characters: 4 * 1024 * 1024 };

/**
 * Reads, decodes and writes the body of one intake request:
 *
 *   ChunkSource ─▶ encoding ─▶ Inflater ─▶ IntakeDecoder ─▶ Output.write, in parts
 */
export class IntakeRequest implements Admitted {
  readonly decoder: IntakeDecoder;
  readonly #exchange: Exchange;
  readonly #writer: PartWriter;
  readonly #limits: IntakeLimits;
  readonly #gate: LoadGate;
  readonly #metrics: ServerMetrics;
  readonly #source: ChunkSource;
  #reading = true;
  #accepted = 0;
  #acceptedOthers = 0;
  #decodedBytes = 0;
  #partBytes = 0;
  #heldBytes = 0;
  /** An error that ended the stream: its status and text. */
  #failure: { status: number; message: string } | undefined;

  constructor(exchange: Exchange, output: Output, limits: IntakeLimits, gate: LoadGate, metrics: ServerMetrics) {
    this.#exchange = exchange;
    this.#writer = new PartWriter(exchange, output, metrics);
    this.#limits = limits;
    this.#gate = gate;
    this.#metrics = metrics;
    this.decoder = new IntakeDecoder(exchange.receivedAtMs * 1000, limits.maxEventSizeBytes, PART);
    this.#source = new ChunkSource(exchange.request, limits.readTimeoutMs, exchange.receivedAtMs);
  }

  progressMs(): number | undefined {
    return this.#reading && this.#source.ended === undefined ? this.#source.lastChunkMs : undefined;
  }

  stop(why: "shed" | "closing"): void {
    this.#source.stop(why);
  }

  /** Reads to the end, or to where it cannot go on. Undefined when the client has left. Rejects only with what is a fault of the server. */
  async run(): Promise<IntakeResult | undefined> {
    askForBody(this.#exchange.request, this.#exchange.response);
    try {
      await this.#read();
      this.#reading = false;
      if (!this.#willBeRepeated()) await this.#write(this.decoder.take());
    } finally {
      this.#reading = false;
      this.#source.dispose();
      this.#hold(-this.#heldBytes);
      this.#metrics.receivedBytes += this.#source.receivedBytes;
      this.#metrics.decodedBytes += this.#decodedBytes;
    }
    return this.#source.ended === "aborted" ? undefined : this.#result();
  }

  async #read(): Promise<void> {
    const first: Buffer[] = [];
    let size = 0;
    while (size <= WHOLE_BODY_BYTES) {
      const chunk = await this.#source.next();
      if (chunk === undefined) break;
      first.push(chunk);
      size += chunk.length;
      this.#hold(chunk.length);
    }
    const head = first.length === 1 ? (first[0] as Buffer) : Buffer.concat(first);
    const encoding = encodingOf(this.#exchange.request.headers["content-encoding"], head);
    if (typeof encoding === "object") {
      this.#fail(400, encoding.error);
      return;
    }
    const isWhole = this.#source.ended !== undefined && size <= WHOLE_BODY_BYTES;
    // A body that broke off early: the lines that came are read all the same (SRV-21), and the break is the error.
    if (isWhole) this.#sourceIsGood();
    if (isWhole && (await this.#readWhole(encoding, head))) return;
    await this.#readStream(encoding, head);
  }

  /** Decodes a small body at once. False when it turns out to be large after decompression. */
  async #readWhole(encoding: Encoding, body: Buffer): Promise<boolean> {
    const inflated = encoding === "plain" ? { bytes: body, error: undefined } : inflateWhole(encoding, body);
    if (inflated === undefined) return false;
    const more = await this.#decode(inflated.bytes);
    if (inflated.error !== undefined && more) this.#fail(500, `cannot handle stream: ${inflated.error}`);
    else if (more && this.#source.ended === "end") this.decoder.end();
    return true;
  }

  async #readStream(encoding: Encoding, head: Buffer): Promise<void> {
    const inflater = encoding === "plain" ? undefined : new Inflater(encoding, (chunk) => this.#decode(chunk));
    const write = (chunk: Buffer): Promise<boolean> => inflater?.write(chunk) ?? this.#decode(chunk);
    try {
      let more = await write(head);
      while (more) {
        const chunk = await this.#source.next();
        if (chunk === undefined) break;
        more = await write(chunk);
      }
      if (more && this.#sourceIsGood()) more = (await inflater?.end()) ?? true;
      if (inflater?.error !== undefined) this.#fail(500, `cannot handle stream: ${inflater.error}`);
      else if (more && this.#source.ended === "end") this.decoder.end();
    } finally {
      inflater?.destroy();
    }
  }

  /** Decodes a piece of the plain body and writes what has gathered. False: read no further. */
  async #decode(chunk: Buffer): Promise<boolean> {
    const room = this.#limits.maxRequestSizeBytes - this.#decodedBytes;
    const piece = chunk.length > room ? chunk.subarray(0, room) : chunk;
    this.#decodedBytes += piece.length;
    this.#partBytes += piece.length;
    this.#hold(piece.length);
    const more = this.decoder.write(piece);
    for (let part = this.decoder.takePart(); part !== undefined; part = this.decoder.takePart()) {
      await this.#write(part);
      if (this.#failure !== undefined) return false;
    }
    if (this.decoder.pending === 0) this.#releasePart();
    if (more && piece !== chunk) this.#fail(400, "request exceeded the permitted size");
    return more && piece === chunk;
  }

  /** What was decoded is written, or was nothing to write: it weighs no longer on the gate. */
  #releasePart(): void {
    this.#hold(-this.#partBytes);
    this.#partBytes = 0;
  }

  async #write(part: DecodedMetricsets): Promise<void> {
    const { decoder } = this;
    if (part.metricsets.length > 0 && decoder.metadata !== undefined) {
      const failure = await this.#writer.write(decoder.metadata, part);
      if (failure !== undefined) {
        this.#fail(failure.status, failure.message);
        return;
      }
    }
    this.#accepted += part.metricsets.length + decoder.emptied;
    decoder.emptied = 0;
    const others = decoder.others.transaction + decoder.others.span + decoder.others.error + decoder.others.log;
    this.#accepted += others - this.#acceptedOthers;
    this.#acceptedOthers = others;
    this.#releasePart();
  }

  /**
   * A batch with an id that gets another answer than 202 or 400 is sent again: it must not be half there under its id. Other senders repeat nothing, and
   * after a 400 nobody does, so what came is kept.
   */
  #willBeRepeated(): boolean {
    return this.#writer.batchId !== undefined && this.#failure !== undefined && this.#failure.status !== 400;
  }

  #sourceIsGood(): boolean {
    switch (this.#source.ended) {
      case "timeout":
        this.#fail(503, "request timed out");
        return false;
      case "shed":
        this.#fail(503, "the server is full and the request was slow");
        return false;
      case "closing":
        this.#fail(503, "server is shutting down");
        return false;
      case "aborted":
        this.#fail(503, "client gone");
        return false;
      default:
        return true;
    }
  }

  /** The first failure counts. */
  #fail(status: number, message: string): void {
    this.#failure ??= { status, message };
  }

  #hold(bytes: number): void {
    this.#heldBytes += bytes;
    this.#gate.heldBytes += bytes;
  }

  #result(): IntakeResult {
    const { decoder } = this;
    let status = 202;
    const errors = [...decoder.errors];
    // Everything that is wrong with an event, or with the stream's text, is a 400 (SRV-28).
    if (decoder.errorCount > 0) status = 400;
    if (this.#failure !== undefined) {
      errors.push({ message: this.#failure.message });
      status = Math.max(status, this.#failure.status);
    }
    return { status, accepted: this.#accepted, errors };
  }
}
