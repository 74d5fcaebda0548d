import type { DuckDBConnection } from "@duckdb/node-api";
import { StoreError } from "../error.js";
import { fileSize } from "../files/disk.js";
import { Files } from "../files/files.js";
import { Maintenance } from "../files/maintenance.js";
import type { StoreFile } from "../files/store-file.js";
import { isDamage, isReadable } from "../files/verify.js";
import type { CallName, WorkerCalls, WorkerOptions } from "../messages.js";
import { breakdown } from "../read/breakdown.js";
import { scanBuckets } from "../read/bucket-scan.js";
import { listLabels, listMetrics, listServices } from "../read/catalog.js";
import { exportFile } from "../read/export.js";
import { listProcesses } from "../read/processes.js";
import { scan } from "../read/scan.js";
import { durableBatches } from "../write/durable-batches.js";
import { rollBack } from "../write/rollback.js";
import { Writer, type WriterNews } from "../write/writer.js";
import { QueryGate } from "./gate.js";

const EVER = 8.64e15;

/** What the worker thread holds: files, writer, query gate. Answers the calls of the main thread. */
export class Room {
  readonly #files: Files;
  readonly #gate = new QueryGate();
  readonly #writer: Writer;
  readonly #maintenance: Maintenance;
  readonly #options: WorkerOptions;
  readonly #news: WriterNews;

  constructor(options: WorkerOptions, news: WriterNews) {
    this.#options = options;
    this.#news = news;
    this.#files = new Files(options, (level, message) => news.log(level, message));
    this.#writer = new Writer(this.#files, this.#gate, options, news);
    this.#maintenance = new Maintenance(this.#files, this.#gate, this.#writer, options, news);
  }

  /** Answers call `id`. */
  async answer<C extends CallName>(
    id: number,
    call: C,
    argument: WorkerCalls[C]["argument"],
  ): Promise<WorkerCalls[CallName]["result"]> {
    switch (call) {
      case "open":
        return this.#open();
      case "commit":
        return this.#writer.commit(argument as WorkerCalls["commit"]["argument"]);
      case "scan": {
        const request = argument as WorkerCalls["scan"]["argument"];
        return this.#read(id, request.toMs, (connection, files) => scan(connection, files, request));
      }
      case "buckets": {
        const request = argument as WorkerCalls["buckets"]["argument"];
        return this.#read(id, request.toMs, (connection, files) => scanBuckets(connection, files, request));
      }
      case "services":
        return this.#read(id, EVER, (connection, files) => listServices(connection, files));
      case "processes": {
        const request = argument as WorkerCalls["processes"]["argument"];
        return this.#read(id, EVER, (connection, files) => listProcesses(connection, files, request));
      }
      case "metrics": {
        const { service } = argument as WorkerCalls["metrics"]["argument"];
        return this.#read(id, EVER, (connection, files) => listMetrics(connection, files, service));
      }
      case "labels": {
        const { service, metric } = argument as WorkerCalls["labels"]["argument"];
        return this.#read(id, EVER, (connection, files) => listLabels(connection, files, service, metric));
      }
      case "breakdown": {
        const request = argument as WorkerCalls["breakdown"]["argument"];
        return this.#read(id, request.toMs, (connection, files) => breakdown(connection, files, request));
      }
      case "export": {
        const request = argument as WorkerCalls["export"]["argument"];
        return this.#read(id, request.toMs ?? EVER, (connection, files) => exportFile(connection, files, request));
      }
      case "summary":
        return this.#summary();
      case "maintain":
        await this.#maintenance.round();
        return null;
      case "close":
        return this.#close();
      default:
        throw new Error(`unknown call ${String(call)}`);
    }
  }

  /** Cancels a waiting or running query. */
  cancel(id: number): void {
    this.#gate.cancel(id);
  }

  async #open(): Promise<WorkerCalls["open"]["result"]> {
    await this.#files.open();
    const batches = await durableBatches(this.#files, Date.now());
    this.#gate.open(this.#files.engine.readers);
    this.#maintenance.start();
    return { batches, quarantined: [...this.#files.quarantined] };
  }

  /** Runs a query through the gate over the files with events before `toMs`. A query hit by a reopening is tried once more. */
  async #read<T>(
    id: number,
    toMs: number,
    query: (connection: DuckDBConnection, files: StoreFile[]) => Promise<T>,
  ): Promise<T> {
    const epoch = this.#writer.epoch;
    const once = async (connection: DuckDBConnection): Promise<T> => {
      const files = this.#files.acquire(-EVER, toMs);
      try {
        return await readOnce(connection, () => query(connection, files));
      } finally {
        await this.#files.release(files);
      }
    };
    try {
      return await this.#gate.run(id, once);
    } catch (error) {
      if (error instanceof StoreError) throw error;
      if (/invalidated/i.test(String(error))) await this.#writer.reopenIfNeeded();
      else if (isDamage(error)) await this.#setDamagedAside(id, error);
      // A reopening interrupts what runs; the gate lets it run again once the files are open.
      else if (!/interrupt/i.test(String(error)) && this.#writer.epoch === epoch) throw error;
      return this.#gate.run(id, once);
    }
  }

  /** Finds the files that cannot be read and moves them to quarantine. */
  async #setDamagedAside(id: number, reason: unknown): Promise<void> {
    this.#news.log("error", `a query met damaged data: ${String(reason)}`);
    await this.#writer.reopenIfNeeded();
    await this.#gate.run(id, async (connection) => {
      for (const file of [...this.#files.list]) {
        if (!(await isReadable(connection, file))) await this.#files.quarantine(file, reason);
      }
    });
  }

  #summary(): WorkerCalls["summary"]["result"] {
    const files = this.#files.list.map(({ name, day, state, points, minMs, maxMs, path }) => {
      return { name, day, state, points, minMs, maxMs, sizeBytes: fileSize(path) };
    });
    return {
      files,
      sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      points: files.reduce((sum, { points }) => sum + points, 0),
      quarantined: [...this.#files.quarantined],
      compactions: this.#maintenance.compactions,
      dropped: this.#maintenance.dropped,
      waitingQueries: this.#gate.waiting,
      retentionMs: this.#options.retentionMs,
      maxSizeBytes: this.#options.maxSizeBytes,
    };
  }

  async #close(): Promise<null> {
    this.#maintenance.stop();
    await Promise.all([this.#writer.stop(), this.#gate.close()]);
    this.#files.close();
    this.#news.log("info", "the store is closed");
    return null;
  }
}

/** Runs a query of several statements on one snapshot: a commit in between is in all of them or in none. */
async function readOnce<T>(connection: DuckDBConnection, query: () => Promise<T>): Promise<T> {
  try {
    await connection.run("BEGIN TRANSACTION");
    return await query();
  } finally {
    await rollBack(connection);
  }
}
