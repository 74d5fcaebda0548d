import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { batchOf, metricsetAt, scanOf, temporaryDirectory } from "../batch.testing.js";
import { openStore, type Store } from "../store.js";

const T = Date.UTC(2026, 4, 5, 12);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let directory: ReturnType<typeof temporaryDirectory>;
let store: Store;
const options = { retentionMs: 0, maintenanceMs: 0, rotatePoints: 1 };
beforeEach(async () => {
  directory = temporaryDirectory();
  store = await openStore({ dataDir: directory.path, ...options });
});
afterEach(async () => {
  await store.close();
  directory.remove();
});

/** Totals by status code that a process reports in one batch: as a counter and as a histogram. Each batch lies in a file of its own. */
async function report(sequence: number | undefined, timeMs: number, codes: Record<string, number>, arrivedMs = timeMs) {
  const sets = Object.entries(codes).map(([code, total]) => {
    const took = { values: [1], counts: [total], type: "histogram" as const };
    return metricsetAt(timeMs, { http: { value: total }, took }, { code });
  });
  const batchId = sequence === undefined ? {} : { batchId: `p1:${sequence}` };
  await store.write(batchOf(sets, { ...batchId, receivedAtMs: arrivedMs }));
}

const total = (values: Iterable<number>): number | null => {
  const known = [...values].filter((value) => !Number.isNaN(value));
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
};

/** What happened between two times by code, as counter, histogram and buckets tell it: one answer, or they differ. */
async function increases(fromMs: number, toMs: number): Promise<Record<string, number | null>> {
  const window = { fromMs, toMs, stepMs: MINUTE, groupBy: ["code"] };
  const byCode = async (metric: string, aggregation: "sum" | "count") => {
    const { series } = await store.scan(scanOf({ ...window, metric, aggregation }));
    return Object.fromEntries(series.map(({ labels, values }) => [labels.code as string, total(values)]));
  };
  const counter = await byCode("http", "sum");
  expect(await byCode("took", "count")).toEqual(counter);
  const { counts } = await store.buckets({ ...scanOf({ ...window, metric: "took" }), groupBy: [], buckets: 50 });
  const all = total(counts.flatMap((row) => (row ? [...row] : [])));
  expect(all).toBe(total(Object.values(counter).map((value) => value ?? Number.NaN)));
  return counter;
}

/** The same of files as they were written, sorted, and found on opening. */
async function expectIncreases(fromMs: number, toMs: number, expected: Record<string, number | null>): Promise<void> {
  expect(await increases(fromMs, toMs)).toEqual(expected);
  await store.maintain();
  expect(await increases(fromMs, toMs)).toEqual(expected);
  await store.close();
  store = await openStore({ dataDir: directory.path, ...options });
  expect(await increases(fromMs, toMs)).toEqual(expected);
}

describe("the increase of a series that a process begins to report later", () => {
  it("QRY-12 QRY-14 QRY-18 counts from 0 if the process is known from its start, also one long before the window", async () => {
    await report(1, T - 2 * DAY, { "200": 10 });
    await report(2, T - MINUTE, { "200": 60 });
    await report(3, T + MINUTE, { "200": 70, "500": 5 });
    await report(4, T + 2 * MINUTE, { "200": 90, "500": 6 });
    await expectIncreases(T, T + 5 * MINUTE, { "200": 30, "500": 6 });
  });

  it("QRY-12 adds up alike however a time is cut", async () => {
    await report(1, T, { "200": 10 });
    await report(2, T + 20 * MINUTE, { "200": 11, "500": 5 });
    await report(3, T + 40 * MINUTE, { "200": 12, "404": 2, "500": 6 });
    const sum = async (from: number, to: number) =>
      total(Object.values(await increases(T + from * MINUTE, T + to * MINUTE)).map((value) => value ?? 0));
    expect(await sum(0, 60)).toBe(20);
    expect([await sum(0, 10), await sum(10, 30), await sum(30, 60)]).toEqual([10, 6, 4]);
  });

  it("QRY-12 goes on from the last value of a series that was seen before, however long ago", async () => {
    await report(1, T - 3 * DAY, { "200": 10 });
    await report(2, T - 2 * DAY, { "200": 20, "500": 100 });
    await report(3, T + MINUTE, { "200": 30, "500": 101 });
    await expectIncreases(T, T + 5 * MINUTE, { "200": 10, "500": 1 });
  });

  it("QRY-12 has none where the start is not known: of an agent without batch numbers, of one that was not heard from its first", async () => {
    await report(undefined, T - DAY, { "200": 10 });
    await report(7, T - MINUTE, { "200": 60 });
    await report(8, T + MINUTE, { "200": 70, "500": 5 });
    await report(9, T + 2 * MINUTE, { "200": 90, "500": 6 });
    await expectIncreases(T, T + 5 * MINUTE, { "200": 30, "500": 1 });
  });

  it("QRY-12 STO-17 has none once retention dropped what the process sent first: an old series is not new then", async () => {
    // Ahead of the clock, so that only the first file is ever too old.
    const ahead = Math.floor(Date.now() / MINUTE) * MINUTE + DAY;
    await report(1, T, { "200": 10, "500": 1000 });
    await report(2, ahead + MINUTE, { "200": 20, "500": 1007 });
    await report(3, ahead + 2 * MINUTE, { "200": 30, "500": 1010 });
    expect(await increases(ahead, ahead + 5 * MINUTE)).toEqual({ "200": 20, "500": 10 });
    await store.close();
    store = await openStore({ dataDir: directory.path, ...options, retentionMs: 500 });
    await expect
      .poll(() => store.maintain().then(() => increases(ahead, ahead + 5 * MINUTE)), { timeout: 30_000 })
      .toEqual({ "200": 10, "500": 3 });
  });
});

describe("several histograms of a process at one time", () => {
  const counts = async (fromMs: number): Promise<number | null> => {
    const request = scanOf({ metric: "lat", fromMs, toMs: T + 5 * MINUTE, stepMs: MINUTE, aggregation: "count" });
    return total((await store.scan(request)).series.flatMap(({ values }) => [...values]));
  };
  const write = async (fromTidegauge: boolean, samples: [timeMs: number, count: number][]): Promise<void> => {
    const sets = samples.map(([timeMs, count]) =>
      metricsetAt(timeMs, { lat: { values: [1], counts: [count], type: "histogram" } }),
    );
    await store.write(batchOf(sets, { fromTidegauge, receivedAtMs: T }));
  };
  // The bytes of 256 are less than those of 200.
  const samples: [number, number][] = [
    [T, 100],
    [T + MINUTE, 256],
    [T + MINUTE, 200],
    [T + 2 * MINUTE, 260],
  ];

  it("QRY-14 go by their number of observations: the greatest is the last, within the window and before it", async () => {
    await write(true, samples);
    expect(await counts(T)).toBe(160);
    expect(await counts(T + MINUTE + 1)).toBe(4);
    await store.maintain();
    expect(await counts(T)).toBe(160);
    expect(await counts(T + MINUTE + 1)).toBe(4);
  });

  it("QRY-5 are not taken for a fall of an unmarked histogram", async () => {
    await write(false, samples);
    expect(await counts(T)).toBe(160);
  });
});
