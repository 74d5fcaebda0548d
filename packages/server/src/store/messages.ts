import type { Aggregation } from "@tidegauge/protocol/query";
import type { BatchId, DurableBatches } from "./write/batch-ids.js";
import type { Columns, ProcessStart } from "./write/buffer.js";
import type { SeriesRow } from "./write/dictionary.js";

/** How the worker is started. */
export interface WorkerOptions {
  readonly dataDir: string;
  /** Age of the newest event at which a file is dropped; 0 keeps everything. */
  readonly retentionMs: number;
  /** Size of all files above which the oldest go; 0 is unlimited. */
  readonly maxSizeBytes: number;
  /** Points in the open file at which it is closed and a new one begun. */
  readonly rotatePoints: number;
  /** Pause between two rounds of compaction and retention; 0: only when asked. */
  readonly maintenanceMs: number;
  /** Size of the log at which the engine moves it into the file, bytes. */
  readonly checkpointBytes: number;
  /** Disk space below which commits are refused before they are tried, bytes. */
  readonly reserveBytes: number;
  readonly threads: number;
  readonly memoryLimitBytes: number;
}

/** One commit: the rows of many batches into the open file. */
export interface CommitRequest {
  /** Counts the files of this process; a new number asks for a new file first. */
  readonly fileSerial: number;
  /** Arrival day of the file, `YYYY-MM-DD`. */
  readonly day: string;
  /** Number of the commit, rising for ever within a process. */
  readonly commit: number;
  readonly newSeries: readonly SeriesRow[];
  readonly columns: Columns;
  readonly batchIds: readonly BatchId[];
  readonly starts: readonly ProcessStart[];
}

/** A selection of series and what to make of them; every text is compared as a value. */
export interface ScanRequest {
  readonly metric: string;
  readonly service: string | undefined;
  readonly environment: string | undefined;
  readonly node: string | undefined;
  readonly filters: readonly { readonly key: string; readonly value: string }[];
  readonly groupBy: readonly string[];
  /** Included, epoch milliseconds. */
  readonly fromMs: number;
  /** Excluded. */
  readonly toMs: number;
  /** 0: automatic. */
  readonly stepMs: number;
  readonly aggregation: Aggregation;
  /** Keep this many groups and add one for the rest. */
  readonly limit: number | undefined;
}

/** One group of the answer. NaN stands for "no data". */
export interface ScannedSeries {
  readonly labels: Record<string, string>;
  readonly values: Float64Array<ArrayBuffer>;
}

/** Answer to a `ScanRequest`. */
export interface ScanResult {
  readonly stepMs: number;
  /** Start of the first step. */
  readonly firstMs: number;
  readonly series: ScannedSeries[];
  /** Unit as sent by the newest series that sent one. */
  readonly unit: string | null;
  readonly histogram: boolean;
}

/** A selection of series and how many buckets to show it in. `aggregation`, `groupBy` and `limit` of a scan say nothing here. */
export interface BucketsRequest extends ScanRequest {
  /** At most this many. */
  readonly buckets: number;
}

/** Answer to a `BucketsRequest`. */
export interface BucketsResult {
  readonly stepMs: number;
  readonly firstMs: number;
  readonly unit: string | null;
  /** Least and greatest bucket value of each bucket, ascending. */
  readonly low: number[];
  readonly high: number[];
  /** Of each step the counts in the order of the buckets; undefined where there is no data. */
  readonly counts: (Float64Array<ArrayBuffer> | undefined)[];
}

/** A service as the store knows it. */
export interface StoredService {
  readonly name: string;
  readonly environments: string[];
  readonly agentName: string | null;
  readonly agentVersion: string | null;
  readonly nodes: string[];
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Which processes are wanted: those with samples in a window. */
export interface ProcessesRequest {
  readonly service: string | undefined;
  readonly environment: string | undefined;
  readonly node: string | undefined;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A process as the store knows it. */
export interface StoredProcess {
  readonly id: string;
  readonly service: string;
  readonly node: string | null;
  readonly environment: string | null;
  readonly version: string | null;
  readonly agentName: string;
  readonly agentVersion: string;
  readonly firstMs: number;
  readonly lastMs: number;
  /** The process it came in place of. */
  readonly replaces: string | null;
}

/** Answer to a `ProcessesRequest`: the newest processes, oldest first, and how many there are in all. */
export interface ProcessesResult {
  readonly total: number;
  readonly processes: StoredProcess[];
}

/** A metric as the store knows it. */
export interface StoredMetric {
  readonly name: string;
  readonly kind: string;
  readonly inferred: boolean;
  readonly unit: string | null;
  readonly labels: string[];
  readonly series: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** What `/api/v1/breakdown` asks. */
export interface BreakdownRequest {
  readonly service: string | undefined;
  readonly environment: string | undefined;
  readonly node: string | undefined;
  readonly transaction: string | undefined;
  readonly transactionType: string | undefined;
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

/** One row of a breakdown. */
export interface BreakdownRow {
  readonly transactionName: string;
  readonly transactionType: string;
  readonly spanType: string;
  readonly spanSubtype: string;
  readonly count: number;
  readonly sumUs: number;
  /** Self time a step; NaN where there is none. */
  readonly values: Float64Array<ArrayBuffer>;
}

/** Answer to a `BreakdownRequest`. */
export interface BreakdownResult {
  readonly stepMs: number;
  readonly firstMs: number;
  readonly rows: BreakdownRow[];
}

/** A file of the store. */
export interface FileSummary {
  readonly name: string;
  readonly day: string;
  readonly state: "open" | "closed" | "sorted";
  readonly points: number;
  readonly sizeBytes: number;
  readonly minMs: number | null;
  readonly maxMs: number | null;
}

/** What the store holds, for `/metrics` and the page. */
export interface StoreSummary {
  readonly files: FileSummary[];
  readonly sizeBytes: number;
  readonly points: number;
  readonly quarantined: string[];
  readonly compactions: number;
  /** Files dropped by retention since the start. */
  readonly dropped: number;
  readonly waitingQueries: number;
  readonly retentionMs: number;
  readonly maxSizeBytes: number;
}

/** What an export can be written as. */
export const EXPORT_FORMATS = ["parquet", "ndjson", "csv"] as const;

/** Which samples an export holds, and where it goes. */
export interface ExportRequest {
  readonly format: (typeof EXPORT_FORMATS)[number];
  readonly path: string;
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  readonly service: string | undefined;
  readonly metric: string | undefined;
}

/** The calls the worker answers: argument and result of each. */
export interface WorkerCalls {
  open: { argument: null; result: { batches: DurableBatches[]; quarantined: string[] } };
  /** `full`: the open file has its share of points; the next commit should ask for a new one. */
  commit: { argument: CommitRequest; result: { full: boolean } };
  scan: { argument: ScanRequest; result: ScanResult };
  buckets: { argument: BucketsRequest; result: BucketsResult };
  services: { argument: null; result: StoredService[] };
  processes: { argument: ProcessesRequest; result: ProcessesResult };
  metrics: { argument: { service: string | undefined }; result: StoredMetric[] };
  labels: {
    argument: { service: string | undefined; metric: string | undefined };
    result: Record<string, string[]>;
  };
  breakdown: { argument: BreakdownRequest; result: BreakdownResult };
  summary: { argument: null; result: StoreSummary };
  maintain: { argument: null; result: null };
  export: { argument: ExportRequest; result: { rows: number } };
  close: { argument: null; result: null };
}

/** The name of a call to the worker. */
export type CallName = keyof WorkerCalls;

/** Main thread to worker. */
export type ToWorker = { id: number; call: CallName; argument: unknown } | { cancel: number };

/** Worker to main thread: the answer to a call, or news. */
export type FromWorker =
  | { id: number; ok: true; value: unknown }
  | { id: number; ok: false; code: string; message: string; reset: boolean }
  | { log: "info" | "warn" | "error"; message: string }
  | { writable: boolean; reason: string }
  | { durable: DurableBatches[] };
