import type { WorkerOptions } from "./messages.js";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Where the store keeps its data and how much of it. */
export interface StoreOptions {
  readonly dataDir: string;
  /** Age of its newest event at which a file is dropped, milliseconds. 0 keeps everything. Default 30 days. */
  readonly retentionMs?: number;
  /** Size of all files above which the oldest are dropped, bytes. 0 is unlimited. Default 20 GB. */
  readonly maxSizeBytes?: number;
  /** Points of the open file at which it is closed, sorted and a new one begun. Default 5 million. */
  readonly rotatePoints?: number;
  /** Series of the open file at which the same happens: the memory of a server holds about 1 KB for each. Default 200,000. */
  readonly rotateSeries?: number;
  /** Characters of those series (names, labels, senders) at which the same happens. Default 64 Mi. */
  readonly rotateCharacters?: number;
  /** Pause between rounds of compaction and retention, milliseconds; 0: only `maintain()`. Default 60 s. */
  readonly maintenanceMs?: number;
  /** Size of the open file's log at which it is moved into the file, bytes. Default 16 MiB. */
  readonly checkpointBytes?: number;
  /** Disk space below which writes are refused before the disk is really full, bytes. Default 4 MiB. */
  readonly reserveBytes?: number;
  /**
   * Threads inside one statement. Default 1: two cost a small commit a third more CPU (4.2 against 2.9 ms for 96 metricsets) and make no query of the bench faster;
   * two queries still run side by side.
   */
  readonly threads?: number;
  readonly memoryLimitBytes?: number;
  readonly logger?: { log(level: "info" | "warn" | "error", message: string): void };
}

/** What the worker is told: the options, with the default of each that is missing. */
export function workerOptions(dataDir: string, options: StoreOptions): WorkerOptions {
  return {
    dataDir,
    retentionMs: options.retentionMs ?? 30 * DAY_MS,
    maxSizeBytes: options.maxSizeBytes ?? 20 * 1000 ** 3,
    rotatePoints: options.rotatePoints ?? 5_000_000,
    maintenanceMs: options.maintenanceMs ?? MINUTE_MS,
    checkpointBytes: options.checkpointBytes ?? 16 * 1024 ** 2,
    reserveBytes: options.reserveBytes ?? 4 * 1024 ** 2,
    threads: options.threads ?? 1,
    memoryLimitBytes: options.memoryLimitBytes ?? 512 * 1024 ** 2,
  };
}
