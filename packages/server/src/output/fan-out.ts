import type { Batch, Output, OutputMetric, WriteResult } from "./output.js";

/**
 * Writes to several outputs; a batch is durable when each has it. Each keeps its own progress: one that is behind has its own queue. One that fails fails the
 * batch, and the repeat is stored once by those that had it (D-SRV-2, D-SRV-8).
 */
export class FanOut implements Output {
  readonly name: string;
  readonly #outputs: readonly Output[];

  constructor(outputs: readonly Output[]) {
    this.#outputs = outputs;
    this.name = outputs.map(({ name }) => name).join(",");
  }

  /** One after the other: without a batch id a sender may not repeat, and an output that refuses must not leave the batch in a later one. */
  async write(batch: Batch): Promise<WriteResult> {
    let repeated = true;
    const refused: Record<string, number> = {};
    for (const output of this.#outputs) {
      const result = await output.write(batch);
      repeated &&= result.repeated;
      for (const [reason, count] of Object.entries(result.refused))
        refused[reason] = Math.max(refused[reason] ?? 0, count);
    }
    return { repeated, refused };
  }

  ready(): { ready: true } | { ready: false; reason: string } {
    for (const output of this.#outputs) {
      const ready = output.ready();
      if (!ready.ready) return { ready: false, reason: `${output.name}: ${ready.reason}` };
    }
    return { ready: true };
  }

  figures(): readonly OutputMetric[] {
    return this.#outputs.flatMap((output) => output.figures?.() ?? []);
  }

  async close(): Promise<void> {
    await Promise.all(this.#outputs.map((output) => output.close()));
  }
}
