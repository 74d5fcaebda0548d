import type { Batch, Output, WriteResult } from "../output/output.js";

/** An output that keeps batches in memory, for the tests of the stages before it. */
export class MemoryOutput implements Output {
  readonly name = "store";
  readonly batches: Batch[] = [];
  /** Awaited before a batch is kept; reject to refuse it. */
  before: () => Promise<void> | void = () => {};
  notReady: string | undefined;

  async write(batch: Batch): Promise<WriteResult> {
    await this.before();
    if (batch.batchId !== undefined && this.batches.some((kept) => kept.batchId === batch.batchId)) {
      return { repeated: true, refused: {} };
    }
    this.batches.push(batch);
    return { repeated: false, refused: {} };
  }

  ready(): { ready: true } | { ready: false; reason: string } {
    return this.notReady === undefined ? { ready: true } : { ready: false, reason: this.notReady };
  }

  async close(): Promise<void> {}
}
