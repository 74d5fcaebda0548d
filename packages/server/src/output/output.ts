import type { Metadata, Metricset } from "@tidegauge/protocol";

/**
 * What one intake request brings to an output: the metricsets of one sender, in the order of their lines.
 *
 *   intake/ ── Batch ──▶ Output.write ──▶ durable ──▶ 202
 */
export interface Batch {
  /** `X-Tidegauge-Batch` (W-90), `<ephemeral id>:<sequence>`; undefined for other agents. */
  readonly batchId: string | undefined;
  /** When the request arrived, epoch milliseconds: the arrival day, and the time of events without a timestamp (SRV-40). */
  readonly receivedAtMs: number;
  /** The sender is our agent: unmarked counters, timers and histograms are cumulative (User-Agent token `tidegauge`). */
  readonly fromTidegauge: boolean;
  /** Address of the client, for `host.ip` (SRV-40 table). */
  readonly clientAddress: string | undefined;
  readonly metadata: Metadata;
  /** Checked metricsets (SRV-30). `timestamp` is always set by the decoder. */
  readonly metricsets: readonly Metricset[];
  /** Zero-based line of each metricset in the request; same length as `metricsets`. Elasticsearch ids are made of it (D-SRV-8). */
  readonly lines: readonly number[];
}

/** What became of a batch. */
export interface WriteResult {
  /** This batch id was already durable; nothing was stored again (D-SRV-2). */
  readonly repeated: boolean;
  /** Samples or metricsets left out, by reason (D-SRV-3, D-SRV-4). Empty when nothing was. */
  readonly refused: Readonly<Record<string, number>>;
}

/** Why an output could not take a batch; `status` is what the agent is answered (SRV-26). */
export class OutputError extends Error {
  constructor(
    readonly code: "OUTPUT_FULL" | "OUTPUT_CLOSED" | "OUTPUT_UNAVAILABLE",
    message: string,
    readonly status: 429 | 503 = 503,
  ) {
    super(message);
    this.name = "OutputError";
  }
}

/** A figure that an output shows at `GET /metrics`: values by label text, such as `outcome="created"`, or `""`. */
export interface OutputMetric {
  /** With the unit in it, and `_total` for counters. */
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly values: readonly [labels: string, value: number][];
}

/**
 * Where accepted metricsets go: the embedded store, or Elasticsearch/OpenSearch. Every implementation passes one shared suite of cases
 * (`output.cases.ts`).
 */
export interface Output {
  /** `store`, `elasticsearch`, or both with a comma. */
  readonly name: string;
  /** Resolves when the batch is durable (D-SRV-5). Rejects with an `OutputError`; then nothing of the batch is kept. */
  write(batch: Batch): Promise<WriteResult>;
  /** Can it take a batch now? `reason` says why not. */
  ready(): { ready: true } | { ready: false; reason: string };
  /** Its figures for `GET /metrics`. */
  figures?(): readonly OutputMetric[];
  /** Refuses new batches, finishes what was taken, releases everything. Idempotent. */
  close(): Promise<void>;
}
