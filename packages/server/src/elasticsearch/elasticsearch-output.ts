import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Batch, type Output, OutputError, type OutputMetric, type WriteResult } from "../output/output.js";
import { type BulkItem, bulkItems, type DeadItem } from "./bulk.js";
import { BulkWriter, type SentBulk, type Written } from "./bulk-writer.js";
import { DeadLetters } from "./dead-letters.js";
import { DiskQueue } from "./disk-queue.js";
import { documentsOf, type SampleForm } from "./document.js";
import { Drain } from "./drain.js";
import { SearchNodes } from "./search-nodes.js";
import { prepareTarget } from "./target.js";

const REQUEST_TIMEOUT_MS = 30_000;
const ASK_AGAIN_MS = 2_000;
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
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
}

/**
 * Writes the documents a real APM Server would write. A batch is durable when the nodes have taken it, or when it lies in the disk queue:
 *
 *   write ─▶ documents ─▶ BulkWriter ─▶ nodes
 *                             └─ not taken in time ─▶ DiskQueue ─▶ Drain ─▶ nodes
 */
export class ElasticsearchOutput implements Output {
  readonly name = "elasticsearch";
  readonly #options: ElasticsearchOptions;
  readonly #nodes: SearchNodes;
  readonly #queue: DiskQueue;
  readonly #writer: BulkWriter;
  readonly #drain: Drain;
  readonly #dead: DeadLetters;
  readonly #underway = new Set<Promise<unknown>>();
  #form: SampleForm | undefined;
  /** The target was asked in this run, not only remembered. */
  #isPrepared = false;
  #asking: NodeJS.Timeout | undefined;
  /** Why the nodes take nothing at the moment. */
  #problem: string | undefined;
  #deadCount = 0;
  #closing: Promise<void> | undefined;

  /** Throws what the file system says when the directory cannot be used. */
  constructor(options: ElasticsearchOptions) {
    this.#options = options;
    mkdirSync(options.directory, { recursive: true });
    this.#nodes = new SearchNodes({
      ...options,
      apiKey: options.apiKey,
      caFile: options.caFile,
      timeoutMs: REQUEST_TIMEOUT_MS,
    });
    this.#queue = new DiskQueue(join(options.directory, "queue"), options.queueBytes);
    this.#dead = new DeadLetters(join(options.directory, "dead-letters.ndjson"), DEAD_LETTER_BYTES);
    this.#writer = new BulkWriter(this.#nodes, (problem) => this.#noteHealth(problem), options.patienceMs);
    this.#drain = new Drain({
      nodes: this.#nodes,
      queue: this.#queue,
      sent: (outcome) => this.#drained(outcome),
      damaged: (name) => {
        options.log("error", `elasticsearch: ${name} of the disk queue is damaged and was put aside`);
      },
    });
    this.#form = this.#remembered();
  }

  /** Asks what stands behind the URL; goes on asking while nobody answers. */
  async start(): Promise<void> {
    await this.#prepare();
  }

  figures(): readonly OutputMetric[] {
    return [
      {
        name: "tidegauge_elasticsearch_queue_bytes",
        type: "gauge",
        help: "Documents that wait on disk until a search node takes them.",
        values: [["", this.#queue.bytes]],
      },
      {
        name: "tidegauge_elasticsearch_available",
        type: "gauge",
        help: "1 while the search nodes take documents.",
        values: [["", this.#problem === undefined ? 1 : 0]],
      },
      {
        name: "tidegauge_elasticsearch_dead_letters_total",
        type: "counter",
        help: "Documents that no search node will ever take, kept in dead-letters.ndjson.",
        values: [["", this.#deadCount]],
      },
    ];
  }

  ready(): { ready: true } | { ready: false; reason: string } {
    if (this.#closing !== undefined) return { ready: false, reason: "the server is shutting down" };
    if (this.#form === undefined)
      return { ready: false, reason: `the search nodes are not known yet: ${this.#problem}` };
    if (this.#queue.isFull) return { ready: false, reason: "the search nodes take nothing and the disk queue is full" };
    return { ready: true };
  }

  async write(batch: Batch): Promise<WriteResult> {
    if (this.#closing !== undefined) throw new OutputError("OUTPUT_CLOSED", "server is shutting down");
    const form = this.#form;
    if (form === undefined) throw new OutputError("OUTPUT_UNAVAILABLE", "the search nodes cannot be reached");
    const { documents, refused } = documentsOf(batch, { ...this.#options, form });
    const written = this.#deliver(bulkItems(batch, documents));
    this.#underway.add(written);
    try {
      const { dead, present } = await written;
      if (dead.length > 0) refused[DEAD_LETTER] = dead.length;
      return { repeated: documents.length > 0 && present === documents.length, refused };
    } finally {
      this.#underway.delete(written);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearTimeout(this.#asking);
    await Promise.allSettled(this.#underway);
    await this.#drain.stop();
    this.#nodes.close();
  }

  /** Resolves when all documents are taken, dead, or on disk. */
  async #deliver(items: BulkItem[]): Promise<Written> {
    // While the nodes are away an agent is not kept waiting for what will not come: the drain of what waits before it finds out.
    const isAway = this.#problem !== undefined && !this.#queue.isEmpty;
    const written = isAway ? { present: 0, again: items, dead: [] } : await this.#writer.write(items);
    const { again, dead } = written;
    if (dead.length > 0) await this.#bury(dead);
    if (again.length > 0) {
      if (!(await this.#queue.append(again))) {
        throw new OutputError("OUTPUT_FULL", "the search nodes take nothing and the disk queue is full");
      }
      this.#drain.start();
    }
    return written;
  }

  async #drained(outcome: SentBulk): Promise<void> {
    this.#noteHealth(outcome.problem);
    if (outcome.dead.length > 0) await this.#bury(outcome.dead);
  }

  async #bury(dead: readonly DeadItem[]): Promise<void> {
    this.#deadCount += dead.length;
    const [first] = dead;
    this.#options.log(
      "warn",
      `elasticsearch: ${dead.length} documents will never be taken, see dead-letters.ndjson (${first?.status} ${first?.reason})`,
    );
    await this.#dead.add(dead);
  }

  /** Logs when the nodes stop and begin to take documents, not at each attempt. */
  #noteHealth(problem: string | undefined): void {
    if (problem !== undefined && this.#problem === undefined)
      this.#options.log("error", `elasticsearch: ${problem}; documents wait on disk`);
    if (problem === undefined && this.#problem !== undefined) {
      this.#options.log("info", "elasticsearch: documents are taken again");
      this.#drain.hurry();
    }
    this.#problem = problem;
  }

  async #prepare(): Promise<void> {
    try {
      const form = await prepareTarget(this.#nodes);
      this.#form = form;
      this.#isPrepared = true;
      writeFileSync(this.#targetFile, JSON.stringify({ form }));
      this.#noteHealth(undefined);
      this.#options.log(
        "info",
        `elasticsearch: documents are written with ${form === "fields" ? "top-level fields and our own templates" : "metricset.samples for the built-in templates"}`,
      );
    } catch (error) {
      this.#noteHealth((error as Error).message);
    }
    if (!this.#queue.isEmpty) this.#drain.start();
    if (this.#isPrepared || this.#closing !== undefined) return;
    this.#asking = setTimeout(() => void this.#prepare(), ASK_AGAIN_MS);
  }

  get #targetFile(): string {
    return join(this.#options.directory, "target.json");
  }

  /** What stood behind the URL the last time, so that a restart while it is away loses nothing. */
  #remembered(): SampleForm | undefined {
    try {
      const { form } = JSON.parse(readFileSync(this.#targetFile, "utf8")) as { form: unknown };
      return form === "fields" || form === "metricset.samples" ? form : undefined;
    } catch {
      return undefined;
    }
  }
}
