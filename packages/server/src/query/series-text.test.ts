import { expect, it } from "vitest";
import type { ScanResult } from "../store/messages.js";
import { queryText } from "./series-text.js";

const envelope = { from: 0, to: 3000, step: 1000, unit: null };
const resultOf = (series: number, values: readonly number[]): ScanResult => ({
  stepMs: 1000,
  firstMs: 0,
  unit: null,
  histogram: false,
  series: Array.from({ length: series }, (_, n) => ({ labels: { n: `"${n}` }, values: Float64Array.from(values) })),
});

it("QRY-20 writes the answer as JSON would", async () => {
  const values = [0.1 + 0.2, Number.NaN, -0, 1e21, 5e-324, -1.5];
  const text = Buffer.concat(await queryText(envelope, resultOf(2, values), new AbortController().signal)).toString();
  const points = values.map((value, step) => [step * 1000, Number.isNaN(value) ? null : value]);
  expect(text).toBe(JSON.stringify({ ...envelope, series: [0, 1].map((n) => ({ labels: { n: `"${n}` }, points })) }));
  const none = await queryText(envelope, resultOf(0, []), new AbortController().signal);
  expect(Buffer.concat(none).toString()).toBe(JSON.stringify({ ...envelope, series: [] }));
});

it("lets others have their turn while a large answer becomes text, and never ends early as if it were whole", async () => {
  const large = resultOf(
    100,
    Array.from({ length: 11_000 }, (_, step) => step),
  );
  let turns = 0;
  let done = false;
  const count = (): void => {
    turns++;
    if (!done) setImmediate(count);
  };
  setImmediate(count);
  const pieces = await queryText(envelope, large, new AbortController().signal);
  done = true;
  expect(pieces).toHaveLength(102);
  expect(turns).toBeGreaterThanOrEqual(50);
  await expect(queryText(envelope, large, AbortSignal.abort())).rejects.toMatchObject({ code: "CANCELLED" });
});
