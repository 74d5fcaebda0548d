import { type Batch, type Output, OutputError, type OutputMetric, type WriteResult } from "./output.js";

/**
 * Writes to several outputs; a batch is durable when each has it. Each keeps its own progress: one that is behind has its own queue. One that fails fails the
 * batch, and the repeat is stored once by those that had it (D-SRV-2, D-SRV-8).
 */
export class FanOut implements Output {
  readonly name: string;
  readonly #outputs: readonly Output[];
  readonly #underway = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(outputs: readonly Output[]) {
    this.#outputs = outputs;
    this.name = outputs.map(({ name }) => name).join(",");
  }

  async write(batch: Batch): Promise<WriteResult> {
    if (this.#closing !== undefined) throw new OutputError("OUTPUT_CLOSED", "server is shutting down");
    const written = this.#writeToAll(batch);
    this.#underway.add(written);
    try {
      return await written;
    } finally {
      this.#underway.delete(written);
    }
  }

  /** One after the other: without a batch id a sender may not repeat, and an output that refuses must not leave the batch in a later one. */
  async #writeToAll(batch: Batch): Promise<WriteResult> {
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

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** What one output has taken must reach the others too before they close. */
  async #close(): Promise<void> {
    await Promise.allSettled(this.#underway);
    await Promise.all(this.#outputs.map((output) => output.close()));
  }
}
