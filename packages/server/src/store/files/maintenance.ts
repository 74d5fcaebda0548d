import { statSync } from "node:fs";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { WorkerOptions } from "../messages.js";
import type { QueryGate } from "../thread/gate.js";
import type { Writer, WriterNews } from "../write/writer.js";
import { compact, planCompaction } from "./compaction.js";
import { fileSize, freeBytes } from "./disk.js";
import type { Files } from "./files.js";
import { expired } from "./retention.js";
import type { StoreFile } from "./store-file.js";
import { isReadable } from "./verify.js";

/** Compaction and retention, in the background: one thing at a time, in a place of the query gate. */
export class Maintenance {
  readonly #files: Files;
  readonly #gate: QueryGate;
  readonly #writer: Writer;
  readonly #options: WorkerOptions;
  readonly #news: WriterNews;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;
  /** There was too little space for a compaction; said once. */
  #cramped = false;
  /** Calls of the main thread have positive numbers. */
  #job = -1;
  compactions = 0;
  dropped = 0;

  constructor(files: Files, gate: QueryGate, writer: Writer, options: WorkerOptions, news: WriterNews) {
    this.#files = files;
    this.#gate = gate;
    this.#writer = writer;
    this.#options = options;
    this.#news = news;
  }

  /** Begins the rounds. */
  start(): void {
    if (this.#options.maintenanceMs <= 0 || this.#stopped) return;
    this.#timer = setTimeout(() => void this.round().finally(() => this.start()), this.#options.maintenanceMs);
  }

  /** No further rounds. What runs is interrupted by closing the gate. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** One round now, after one that runs. */
  round(): Promise<void> {
    this.#running = this.#running.then(() => this.#round());
    return this.#running;
  }

  async #round(): Promise<void> {
    try {
      await this.#retain();
      const today = new Date().toISOString().slice(0, 10);
      for (const group of planCompaction(this.#files.list, today)) {
        if (this.#stopped || !this.#files.isOpen) return;
        await this.#compact(group);
      }
      await this.#retain();
    } catch (error) {
      if (!this.#stopped) this.#news.log("warn", `maintenance failed, trying again later: ${String(error)}`);
    }
  }

  async #retain(): Promise<void> {
    if (!this.#files.isOpen) return;
    const { retentionMs, maxSizeBytes } = this.#options;
    const dropped = await this.#writer.drop(() => {
      const kept = this.#files.list.map((file) => {
        return { file, sizeBytes: fileSize(file.path), modifiedMs: modifiedMs(file) };
      });
      return expired(kept, retentionMs, maxSizeBytes, Date.now()).map(({ file }) => file);
    });
    if (dropped.length === 0) return;
    this.dropped += dropped.length;
    this.#news.log("info", `dropped by retention: ${dropped.map(({ name }) => name).join(", ")}`);
  }

  async #compact(group: readonly StoreFile[]): Promise<void> {
    const size = group.reduce((sum, file) => sum + fileSize(file.path), 0);
    if (freeBytes(this.#files.dataDir) < 2 * size + 4 * this.#options.reserveBytes) {
      if (!this.#cramped)
        this.#news.log("warn", "too little disk space to compact: files stay larger than they need be");
      this.#cramped = true;
      return;
    }
    this.#cramped = false;
    const epoch = this.#writer.epoch;
    let failure: unknown;
    try {
      await this.#gate.run(this.#job--, async (connection) => {
        try {
          await this.#rewrite(connection, group);
        } catch (error) {
          failure = error;
          if (this.#stopped || this.#writer.epoch !== epoch) return;
          for (const file of group) {
            if (!(await isReadable(connection, file))) await this.#files.quarantine(file, error);
          }
        }
      });
    } catch (error) {
      failure = error;
    }
    if (failure === undefined || this.#stopped || this.#writer.epoch !== epoch) return;
    this.#news.log("warn", `compaction failed, trying again later: ${String(failure)}`);
    // A full disk leaves the engine unusable.
    await this.#writer.reopenIfNeeded();
  }

  async #rewrite(connection: DuckDBConnection, group: readonly StoreFile[]): Promise<void> {
    const sources = group.filter((file) => this.#files.list.includes(file) && file.state !== "open");
    const [first] = sources;
    if (first === undefined) return;
    this.#files.hold(sources);
    try {
      const target = await this.#files.prepare(first.day);
      try {
        // As many samples at once as an open file holds.
        await compact(connection, sources, target, Date.now(), this.#options.rotatePoints);
        if (!sources.every((file) => this.#files.list.includes(file)))
          throw new Error("a source was dropped meanwhile");
        await this.#files.replace(sources, target);
      } catch (error) {
        await this.#files.abandon(target).catch(() => undefined);
        throw error;
      }
      this.compactions += 1;
    } finally {
      await this.#files.release(sources);
    }
  }
}

function modifiedMs(file: StoreFile): number {
  return Math.max(
    ...[file.path, `${file.path}.wal`].map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0),
  );
}
