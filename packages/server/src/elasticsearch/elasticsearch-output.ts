import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Batch, type Output, OutputError, type OutputMetric, type WriteResult } from "../output/output.js";
import { type BulkPiece, bulkPieces, type HeldDocument, pieceOf, type RefusedDocument } from "./bulk/bulk.js";
import { BulkWriter, type Written } from "./bulk/bulk-writer.js";
import { SearchNodes } from "./bulk/search-nodes.js";
import { Target } from "./bulk/target.js";
import { documentsOf } from "./documents/document.js";
import { figuresOf } from "./figures.js";
import { HealthLog } from "./health-log.js";
import { DeadLetters } from "./queue/dead-letters.js";
import { DiskQueue } from "./queue/disk-queue.js";
import { Drain } from "./queue/drain.js";

const REQUEST_TIMEOUT_MS = 30_000;
const ASK_AGAIN_MS = 2_000;
const PROBE_MS = 1_000;
/** A start does not wait longer for nodes that do not answer. */
const START_WAIT_MS = 5_000;
/** Documents in memory that are neither taken nor on disk. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;
const DEAD_LETTER_BYTES = 32 * 1024 * 1024;
/** The reason under which documents that no node will ever take are counted. */
const DEAD_LETTER = "deadLetter";

/** How the Elasticsearch output is made. */
export interface ElasticsearchOptions {
  readonly urls: readonly string[];
  readonly apiKey?: string | undefined;
  /** PEM file used instead of the default authorities. */
  readonly caFile?: string | undefined;
  /** Where the disk queue, the dead letters and the remembered target live. */
  readonly directory: string;
  readonly queueBytes: number;
  readonly namespace: string;
  readonly observerVersion: string;
  /** How long a batch waits for the nodes before it goes to disk; an agent itself waits 5 s. Default 2.5 s. */
  readonly patienceMs?: number;
  /** Documents that may be in memory at once; beyond that a batch is refused. Default 64 MiB. */
  readonly heldBytes?: number;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
}

/**
 * Writes the documents a real APM Server would write. A batch is durable when the nodes have taken it, or when it lies in the disk queue:
 *
 *   write ─▶ documents ─▶ BulkWriter ─▶ nodes
 *                             └─ not taken in time, or refused for now ─▶ DiskQueue ─▶ Drain ─▶ nodes
 */
export class ElasticsearchOutput implements Output {
  readonly name = "elasticsearch";
  readonly #options: ElasticsearchOptions;
  readonly #nodes: SearchNodes;
  readonly #target: Target;
  readonly #queue: DiskQueue;
  readonly #writer: BulkWriter;
  readonly #drain: Drain;
  readonly #dead: DeadLetters;
  readonly #health: HealthLog;
  readonly #underway = new Set<Promise<unknown>>();
  #heldBytes = 0;
  #deadCount = 0;
  #closing: Promise<void> | undefined;
  #probing: Promise<void> | undefined;
  readonly #abort = new AbortController();

  /** Throws what the file system says when the directory or the CA file cannot be used. */
  constructor(options: ElasticsearchOptions) {
    this.#options = options;
    mkdirSync(options.directory, { recursive: true });
    const { urls, apiKey, caFile, log } = options;
    this.#nodes = new SearchNodes({ urls, apiKey, caFile, timeoutMs: REQUEST_TIMEOUT_MS });
    this.#target = new Target(this.#nodes, join(options.directory, "target.json"));
    this.#queue = new DiskQueue(join(options.directory, "queue"), options.queueBytes);
    this.#dead = new DeadLetters(join(options.directory, "dead-letters.ndjson"), DEAD_LETTER_BYTES);
    this.#health = new HealthLog(log);
    const bulk = (body: Buffer) => this.#target.bulk(body);
    const report = (problem: string | undefined, isTaken: boolean) => this.#report(problem, isTaken);
    this.#writer = new BulkWriter({ bulk, report, patienceMs: options.patienceMs });
    this.#drain = new Drain({
      bulk,
      queue: this.#queue,
      report,
      held: (held) => this.#health.held(held),
      bury: (dead) => this.#bury(dead),
      damaged: (name) => log("error", `elasticsearch: ${name} of the disk queue is damaged and was put aside`),
    });
  }

  /** Asks what stands behind the URL, and goes on asking while nobody answers. Resolves after the first attempt, or when that takes too long. */
  async start(): Promise<void> {
    if (!this.#queue.isEmpty) this.#drain.start();
    const asked = this.#ask();
    void asked.then((isKnown) => (isKnown ? undefined : this.#askAgain()));
    const enough = new AbortController();
    await Promise.race([asked, sleep(START_WAIT_MS, undefined, { signal: enough.signal }).catch(() => {})]);
    enough.abort();
  }

  figures(): readonly OutputMetric[] {
    return figuresOf({
      queueBytes: this.#queue.bytes,
      heldBytes: this.#queue.heldBytes,
      isAvailable: this.#problem === undefined,
      deadCount: this.#deadCount,
    });
  }

  ready(): { ready: true } | { ready: false; reason: string } {
    const problem = this.#problem;
    const full = this.#queue.problem ?? this.#queue.heldProblem;
    if (this.#closing !== undefined) return { ready: false, reason: "the server is shutting down" };
    if (this.#target.form === undefined)
      return { ready: false, reason: `the search nodes are not known yet: ${problem ?? "no answer so far"}` };
    if (problem !== undefined && full !== undefined)
      return { ready: false, reason: `the search nodes take nothing and ${full}` };
    return { ready: true };
  }

  async write(batch: Batch): Promise<WriteResult> {
    if (this.#closing !== undefined) throw new OutputError("OUTPUT_CLOSED", "server is shutting down");
    const { form } = this.#target;
    if (form === undefined) throw new OutputError("OUTPUT_UNAVAILABLE", "the search nodes cannot be reached");
    const { namespace, observerVersion } = this.#options;
    const { documents, refused } = documentsOf(batch, { form, namespace, observerVersion });
    const { dead, present } = await this.#held(bulkPieces(batch, documents));
    if (dead.length > 0) refused[DEAD_LETTER] = dead.length;
    return { repeated: documents.length > 0 && present === documents.length, refused };
  }

  /** Why the nodes take nothing, be it that they refuse all they are asked to take. */
  get #problem(): string | undefined {
    return this.#health.problem ?? (this.#queue.heldBytes > 0 ? this.#health.refusal : undefined);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** What was taken becomes durable at the nodes or on disk, which takes no longer than a batch waits; then requests that are still under way are ended. */
  async #close(): Promise<void> {
    this.#abort.abort();
    await Promise.allSettled([...this.#underway, this.#probing]);
    const stopped = this.#drain.stop();
    this.#nodes.close();
    await stopped;
  }

  /** Delivers within the bound of memory. */
  async #held(pieces: readonly BulkPiece[]): Promise<Written> {
    const bytes = pieces.reduce((sum, { body }) => sum + body.length, 0);
    const limit = this.#options.heldBytes ?? MAX_HELD_BYTES;
    if (this.#heldBytes > 0 && this.#heldBytes + bytes > limit)
      throw new OutputError("OUTPUT_FULL", "too many documents wait for the search nodes");
    this.#heldBytes += bytes;
    const written = this.#deliver(pieces);
    this.#underway.add(written);
    try {
      return await written;
    } finally {
      this.#underway.delete(written);
      this.#heldBytes -= bytes;
    }
  }

  /** Resolves when all documents are taken, dead, or on disk. Those that are refused for now stop no others, so they do not make the nodes away. */
  async #deliver(pieces: readonly BulkPiece[]): Promise<Written> {
    // While the nodes are away an agent is not kept waiting for what will not come: the drain of what waits before it finds out.
    const isAway = this.#health.problem !== undefined && !this.#queue.isEmpty;
    const written = isAway ? { present: 0, again: [...pieces], held: [], dead: [] } : await this.#writer.write(pieces);
    const { again, held, dead } = written;
    if (dead.length > 0) await this.#bury(dead);
    if (again.length > 0) {
      if (!(await this.#queue.append(again))) {
        this.#probing ??= this.#probe();
        throw new OutputError(
          "OUTPUT_FULL",
          `the search nodes take nothing and ${this.#queue.problem ?? "the disk queue was full"}`,
        );
      }
      this.#drain.start();
    }
    if (held.length > 0) await this.#hold(held);
    return written;
  }

  async #hold(held: readonly HeldDocument[]): Promise<void> {
    this.#health.held(held);
    const piece = pieceOf(held.map(({ lines }) => lines)) as BulkPiece;
    if (!(await this.#queue.hold([piece]))) {
      const full = this.#queue.heldProblem ?? this.#queue.problem;
      throw new OutputError(
        "OUTPUT_FULL",
        `the search nodes refuse documents for now and ${full ?? "the disk queue was full"}`,
      );
    }
    this.#drain.start();
  }

  /** A server that is not ready is sent nothing, so it must find out by itself when it could take batches again. */
  async #probe(): Promise<void> {
    while (this.#queue.problem !== undefined && this.#closing === undefined) {
      await sleep(PROBE_MS, undefined, { signal: this.#abort.signal }).catch(() => {});
      if (this.#closing === undefined) await this.#queue.probe();
    }
    this.#probing = undefined;
  }

  async #bury(dead: readonly RefusedDocument[]): Promise<void> {
    this.#deadCount += dead.length;
    const [first] = dead;
    this.#options.log(
      "warn",
      `elasticsearch: ${dead.length} documents will never be taken, see dead-letters.ndjson (${first?.status} ${first?.reason})`,
    );
    await this.#dead.add(dead);
  }

  #report(problem: string | undefined, isTaken = false): void {
    if (this.#closing !== undefined) return;
    const wasAway = this.#health.problem !== undefined;
    this.#health.note(problem, isTaken);
    if (wasAway && problem === undefined) this.#drain.hurry();
  }

  async #askAgain(): Promise<void> {
    do await sleep(ASK_AGAIN_MS, undefined, { signal: this.#abort.signal }).catch(() => {});
    while (this.#closing === undefined && !(await this.#ask()));
  }

  async #ask(): Promise<boolean> {
    try {
      await this.#target.prepare();
    } catch (error) {
      this.#report((error as Error).message);
      return false;
    }
    this.#report(undefined);
    const how = this.#target.form === "fields" ? "top-level fields and our own" : "samples for the built-in";
    this.#options.log("info", `elasticsearch: documents are written with ${how} templates`);
    return true;
  }
}
