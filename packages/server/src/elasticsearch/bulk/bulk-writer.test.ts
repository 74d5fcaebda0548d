import { afterEach, describe, expect, it } from "vitest";
import { BULK_BYTES, type BulkPiece } from "./bulk.js";
import { BulkWriter } from "./bulk-writer.js";
import type { NodeAnswer } from "./search-nodes.js";

/** Bulk requests that wait for their answer. */
const asked: { body: Buffer; answer(): void }[] = [];
const problems: (string | undefined)[] = [];

afterEach(() => {
  for (const { answer } of asked.splice(0)) answer();
  problems.length = 0;
});

function writer(patienceMs = 60_000): BulkWriter {
  const bulk = (body: Buffer): Promise<NodeAnswer> =>
    new Promise((resolve) => {
      const items = Array(body.toString().split("\n").length >> 1).fill({ create: { status: 201 } });
      const answer = () => resolve({ status: 200, headers: {}, text: JSON.stringify({ errors: false, items }) });
      asked.push({ body, answer });
    });
  return new BulkWriter({ bulk, report: (problem) => problems.push(problem), patienceMs });
}

const pieceOf = (bytes: number): BulkPiece => ({ body: Buffer.from(`{}\n"${"x".repeat(bytes - 6)}"\n`), count: 1 });

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Long enough for what must not happen to have happened: several turns of the timer that sends. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 150));

describe("the bulk writer", () => {
  it("SRV-81 sends the batches of a moment in one request", async () => {
    const bulk = writer();
    const written = Array.from({ length: 50 }, () => bulk.write([pieceOf(100)]));
    await until(() => asked.length === 1);
    expect(asked[0]?.body.length).toBe(5_000);
    asked[0]?.answer();
    expect(await Promise.all(written)).toHaveLength(50);
    expect(problems).toEqual([undefined]);
  });

  it("SRV-81 sends no more than 1 MiB at once, and four requests at a time", async () => {
    const bulk = writer();
    const written = Array.from({ length: 12 }, () => bulk.write([pieceOf(BULK_BYTES / 2)]));
    await until(() => asked.length === 4);
    await aWhile();
    expect(asked.map(({ body }) => body.length)).toEqual(Array(4).fill(BULK_BYTES));
    for (const { answer } of asked) answer();
    await until(() => asked.length === 6);
    for (const { answer } of asked) answer();
    await Promise.all(written);
  });

  it("gives a batch back when its time is over, and does not mind the late answer", async () => {
    const bulk = writer(1_000);
    const piece = pieceOf(100);
    expect(await bulk.write([piece])).toEqual({ present: 0, again: [piece], held: [], dead: [] });
    expect(problems.at(-1)).toContain("within 1000 ms");
    asked[0]?.answer();
    await until(() => problems.at(-1) === undefined);
    const next = bulk.write([piece]);
    await until(() => asked.length === 2);
    asked[1]?.answer();
    expect((await next).again).toEqual([]);
  });

  it("gives a batch back at once when too much waits already", async () => {
    const bulk = writer();
    const written = Array.from({ length: 20 }, () => bulk.write([pieceOf(BULK_BYTES)]));
    const late = pieceOf(100);
    expect((await bulk.write([late])).again).toEqual([late]);
    const answers = setInterval(() => {
      for (const { answer } of asked) answer();
    }, 5);
    await Promise.all(written);
    clearInterval(answers);
  });
});
