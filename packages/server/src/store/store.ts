import { EventEmitter } from "node:events";
import { mkdirSync, realpathSync } from "node:fs";
import type { EventNotice } from "@tidegauge/protocol/query";
import { type Batch, type Output, OutputError, type OutputMetric, type WriteResult } from "../output/output.js";
import { openingError, StoreError } from "./error.js";
import { storeFigures } from "./figures.js";
import type {
  BreakdownRequest,
  BreakdownResult,
  BucketsRequest,
  BucketsResult,
  ExportRequest,
  ProcessesRequest,
  ProcessesResult,
  ScanRequest,
  ScanResult,
  StoredMetric,
  StoredService,
  StoreSummary,
} from "./messages.js";
import { type StoreOptions, workerOptions } from "./store-options.js";
import { StoreThread } from "./thread/thread.js";
import { Arrivals } from "./write/arrivals.js";
import { BatchIds, DEDUP_WINDOW_MS, type DurableBatches, parseBatchId } from "./write/batch-ids.js";
import { Ingest } from "./write/ingest.js";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Stores open in this process, across copies of this package. */
const OPEN_STORES = Symbol.for("tidegauge.server.openStores");

/**
 * Opens the embedded store. One process may have it open once: a second time throws `STORE_ALREADY_OPEN`, and so does another process, by a file
 * lock; a directory that cannot be used throws `STORE_UNAVAILABLE`. A corrupted file is moved to `quarantine/` and named in the log; the rest is served.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const dataDir = existingDirectory(options.dataDir);
  const open = openStores();
  if (open.has(dataDir)) {
    throw new StoreError("STORE_ALREADY_OPEN", `${dataDir} is already open in this process: close that store first`);
  }
  open.add(dataDir);
  let store: Store | undefined;
  try {
    store = new Store(dataDir, options, () => open.delete(dataDir));
    await store.start();
    return store;
  } catch (error) {
    await store?.close();
    open.delete(dataDir);
    throw error;
  }
}

/** The directory's one path, made where it is missing. */
function existingDirectory(path: string): string {
  try {
    mkdirSync(path, { recursive: true });
    return realpathSync(path);
  } catch (error) {
    throw openingError(path, error);
  }
}

function openStores(): Set<string> {
  const holder = globalThis as { [OPEN_STORES]?: Set<string> };
  holder[OPEN_STORES] ??= new Set();
  return holder[OPEN_STORES];
}

/**
 * The store on the main thread: turns batches into columns, hands them to the one worker thread that owns the files, and resolves when they are
 * durable. Reading goes the same way. Made by `openStore`.
 */
export class Store implements Output {
  readonly name = "store";
  readonly dataDir: string;
  /** Emits `"written"` with an `EventNotice` when data became durable and readable, `"closing"` once. */
  readonly events: EventEmitter<{ written: [EventNotice]; closing: [] }> = new EventEmitter();
  /** What arrived since the start, by service. */
  readonly arrivals: Arrivals = new Arrivals();
  readonly #thread: StoreThread;
  readonly #ingest: Ingest;
  readonly #batchIds = new BatchIds();
  readonly #inFlight = new Map<string, Promise<WriteResult>>();
  readonly #released: () => void;
  /** Why the thread cannot write, as it says. */
  #unwritable: string | undefined;
  /** Why there is no thread. */
  #down: string | undefined;
  #summary: StoreSummary | undefined;
  #closing: Promise<void> | undefined;
  #forgetTimer: NodeJS.Timeout | undefined;

  constructor(dataDir: string, options: StoreOptions, released: () => void) {
    this.dataDir = dataDir;
    this.#released = released;
    this.events.setMaxListeners(0);
    const logger = options.logger;
    this.#thread = new StoreThread(workerOptions(dataDir, options), {
      log: (level, message) => logger?.log(level, message),
      writable: (writable, reason) => {
        this.#unwritable = writable ? undefined : reason;
      },
      durable: (batches) => this.#remember(batches),
      down: (reason) => {
        this.#down = reason;
        // The next thread looks for itself.
        this.#unwritable = undefined;
        this.#ingest.forget();
      },
      opened: (opened) => {
        this.#remember(opened.batches);
        this.#down = undefined;
      },
    });
    const written = (notice: EventNotice, newestMs: number): void => {
      this.arrivals.note(notice.service, notice.receivedAt, newestMs);
      this.events.emit("written", notice);
    };
    this.#ingest = new Ingest(this.#thread, written, options.rotateSeries, options.rotateCharacters);
  }

  /** Opens the files. Called by `openStore`. */
  async start(): Promise<void> {
    this.#remember((await this.#thread.start()).batches);
    this.#forgetTimer = setInterval(() => this.#batchIds.forget(Date.now() - DEDUP_WINDOW_MS), 60 * MINUTE_MS);
    this.#forgetTimer.unref();
    this.#summary = await this.summary();
  }

  #remember(batches: readonly DurableBatches[]): void {
    for (const { dayMs, ranges } of batches) for (const range of ranges) this.#batchIds.add(range, dayMs + DAY_MS);
  }

  /** Can it take a batch now? Not while the disk is full, or while its thread is being started again. */
  ready(): { ready: true } | { ready: false; reason: string } {
    if (this.#closing) return { ready: false, reason: "the store is closed" };
    const reason = this.#down ?? this.#unwritable;
    return reason === undefined ? { ready: true } : { ready: false, reason };
  }

  /** Files, sizes and maintenance for `GET /metrics`, as of the call before this one. */
  figures(): readonly OutputMetric[] {
    void this.summary().then(
      (summary) => {
        this.#summary = summary;
      },
      () => undefined,
    );
    return this.#summary === undefined ? [] : storeFigures(this.#summary, this.#thread.restarts);
  }

  /** Writes a batch and resolves once it is durable; a repeated batch id is not stored again (W-90, D-SRV-2). */
  async write(batch: Batch): Promise<WriteResult> {
    if (batch.batchId === undefined) return this.#writeNew(batch);
    const first = this.#inFlight.get(batch.batchId);
    if (first !== undefined) {
      const { refused } = await first;
      return { repeated: true, refused };
    }
    const id = parseBatchId(batch.batchId);
    if (this.#batchIds.has(id)) return { repeated: true, refused: {} };
    const written = this.#writeNew(batch);
    this.#inFlight.set(batch.batchId, written);
    try {
      const result = await written;
      this.#batchIds.add({ producer: id.producer, first: id.sequence, last: id.sequence }, Date.now());
      return result;
    } finally {
      this.#inFlight.delete(batch.batchId);
    }
  }

  #writeNew(batch: Batch): Promise<WriteResult> {
    if (this.#closing) return Promise.reject(new OutputError("OUTPUT_CLOSED", "server is shutting down"));
    const state = this.ready();
    if (!state.ready) return Promise.reject(new OutputError("OUTPUT_UNAVAILABLE", state.reason));
    return this.#ingest.write(batch);
  }

  /** Reduces the series a query selects (design: Query semantics). Rejects with a `StoreError`. */
  scan(request: ScanRequest, signal?: AbortSignal): Promise<ScanResult> {
    return this.#thread.call("scan", request, signal ? { signal } : {});
  }

  /** The buckets of a histogram over time (QRY-18). Rejects with a `StoreError`. */
  buckets(request: BucketsRequest, signal?: AbortSignal): Promise<BucketsResult> {
    return this.#thread.call("buckets", request, signal ? { signal } : {});
  }

  /** The services that ever wrote something that is still kept. */
  services(signal?: AbortSignal): Promise<StoredService[]> {
    return this.#thread.call("services", null, signal ? { signal } : {});
  }

  /** The processes with samples in a window, and which of them came in place of another. */
  processes(request: ProcessesRequest, signal?: AbortSignal): Promise<ProcessesResult> {
    return this.#thread.call("processes", request, signal ? { signal } : {});
  }

  /** The metrics of a service, or of all. */
  metrics(service: string | undefined, signal?: AbortSignal): Promise<StoredMetric[]> {
    return this.#thread.call("metrics", { service }, signal ? { signal } : {});
  }

  /** Label keys and their values. */
  labels(
    service: string | undefined,
    metric: string | undefined,
    signal?: AbortSignal,
  ): Promise<Record<string, string[]>> {
    return this.#thread.call("labels", { service, metric }, signal ? { signal } : {});
  }

  /** Self time by transaction and span type. */
  breakdown(request: BreakdownRequest, signal?: AbortSignal): Promise<BreakdownResult> {
    return this.#thread.call("breakdown", request, signal ? { signal } : {});
  }

  /** Files, sizes and what maintenance did. */
  summary(): Promise<StoreSummary> {
    return this.#thread.call("summary", null);
  }

  /** Compacts and applies retention now; resolves when done. */
  async maintain(): Promise<void> {
    await this.#thread.call("maintain", null);
  }

  /** Writes what is stored to a file. Resolves to the number of rows. */
  export(request: ExportRequest, signal?: AbortSignal): Promise<{ rows: number }> {
    return this.#thread.call("export", request, signal ? { signal } : {});
  }

  /** Refuses new batches, finishes the commits under way, cancels queries, closes the files, ends the worker. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#stop();
    return this.#closing;
  }

  async #stop(): Promise<void> {
    clearInterval(this.#forgetTimer);
    this.events.emit("closing");
    await this.#ingest.drained();
    await this.#thread.end();
    this.#released();
  }
}
