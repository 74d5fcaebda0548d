import type { Metricset } from "@tidegauge/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Batch, Output } from "./output.js";

/** An open output and a way to look at what it holds. */
export interface OpenOutput {
  readonly output: Output;
  /** How many samples of this metric are stored, as a reader sees them. */
  stored(metric: string): Promise<number>;
  /** Closes what the case left open and removes its data. */
  dispose(): Promise<void>;
}

/** The cases that every implementation of `Output` must pass: call it in the test file of each with a way to open a fresh one. */
export function describeOutput(name: string, open: () => Promise<OpenOutput>): void {
  describe(`${name} as an output`, () => {
    let opened: OpenOutput;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.dispose());

    it("D-SRV-5 has stored a batch once its write resolves", async () => {
      expect(opened.output.ready()).toEqual({ ready: true });
      const result = await opened.output.write(caseBatch([gauge("a", 1), gauge("a", 2)]));
      expect(result).toEqual({ repeated: false, refused: {} });
      expect(await opened.stored("a")).toBe(2);
    });

    it("W-90 D-SRV-2 stores a batch id once, later and in flight", async () => {
      const batch = caseBatch([gauge("a", 1)], "case:1");
      const [first, second] = await Promise.all([opened.output.write(batch), opened.output.write(batch)]);
      expect([first.repeated, second.repeated]).toEqual([false, true]);
      expect((await opened.output.write(batch)).repeated).toBe(true);
      expect((await opened.output.write(caseBatch([gauge("a", 2)], "case:2"))).repeated).toBe(false);
      expect(await opened.stored("a")).toBe(2);
    });

    it("takes many batches at once, and one without metricsets", async () => {
      const batches = Array.from({ length: 100 }, (_, index) => caseBatch([gauge("a", index)], `case:${index + 1}`));
      const results = await Promise.all([...batches, caseBatch([])].map((batch) => opened.output.write(batch)));
      expect(results.every(({ repeated }) => !repeated)).toBe(true);
      expect(await opened.stored("a")).toBe(100);
    });

    it("D-SRV-3 leaves a histogram out whose values and counts differ in number, and says so", async () => {
      const broken: Metricset = {
        timestamp: TIME_US,
        samples: { h: { values: [1, 2], counts: [1], type: "histogram" } },
      };
      const { refused } = await opened.output.write(caseBatch([broken, gauge("a", 1)]));
      expect(Object.values(refused)).toEqual([1]);
      expect(await opened.stored("a")).toBe(1);
      expect(await opened.stored("h")).toBe(0);
    });

    it("SRV-26 finishes what was taken on close, then refuses with 503; closing again is nothing", async () => {
      const taken = opened.output.write(caseBatch([gauge("a", 1)]));
      await Promise.all([opened.output.close(), opened.output.close()]);
      expect(await taken).toMatchObject({ repeated: false });
      expect(opened.output.ready()).toMatchObject({ ready: false, reason: expect.any(String) });
      const refusal = { name: "OutputError", code: "OUTPUT_CLOSED", status: 503 };
      await expect(opened.output.write(caseBatch([gauge("a", 2)]))).rejects.toMatchObject(refusal);
    });
  });
}

/** Time of every event of the cases, microseconds. */
export const TIME_US: number = Date.UTC(2026, 4, 5, 12) * 1000;

function gauge(metric: string, value: number): Metricset {
  return { timestamp: TIME_US, samples: { [metric]: { value, type: "gauge" } } };
}

function caseBatch(metricsets: readonly Metricset[], batchId?: string): Batch {
  return {
    batchId,
    receivedAtMs: Date.now(),
    fromTidegauge: true,
    clientAddress: "192.0.2.1",
    metadata: { service: { name: "cases", agent: { name: "nodejs", version: "1", ephemeral_id: "case" } } },
    metricsets,
    lines: metricsets.map((_, index) => index + 1),
  };
}
