import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { batchOf, metricsetAt, scanOf, temporaryDirectory } from "../batch.testing.js";
import type { BucketsRequest, BucketsResult } from "../messages.js";
import { openStore, type Store } from "../store.js";

const T = Date.UTC(2026, 4, 5, 12);
const MINUTE = 60_000;
const directory = temporaryDirectory();
let store: Store;

beforeAll(async () => {
  store = await openStore({ dataDir: directory.path, retentionMs: 0, maintenanceMs: 0 });
});
afterAll(async () => {
  await store.close();
  directory.remove();
});

const request = (metric: string, more: Partial<BucketsRequest> = {}): BucketsRequest => ({
  ...scanOf({ metric, fromMs: T, toMs: T + 10 * MINUTE }),
  buckets: 50,
  ...more,
});

/** The counts as `{ "1-2": 3 }` for each step. */
function readable({ low, high, counts }: BucketsResult): (Record<string, number> | null)[] {
  return counts.map((row) =>
    row ? Object.fromEntries([...row].map((count, i) => [`${low[i]}-${high[i]}`, count])) : null,
  );
}

/** What one process reports at one time. */
interface Report {
  process: number;
  second: number;
  bounds: number;
  counts: number[];
}

/** Processes 0 and 1 send increases, 2 and 3 totals. */
const isTotal = ({ process }: Report): boolean => process >= 2;
const BOUNDS = [
  [1, 2.5, 10],
  [1, 2, 10, 40],
  [0, 2.5, 7, 1e6],
  [-3, -1.5, 10],
] as const;

const reports = fc.uniqueArray(
  fc.record<Report>({
    process: fc.nat(3),
    second: fc.integer({ min: 0, max: 599 }),
    bounds: fc.nat(3),
    counts: fc.array(fc.oneof(fc.constant(0), fc.nat(40), fc.constant(2 ** 40)), { minLength: 4, maxLength: 4 }),
  }),
  { selector: ({ process, second }) => `${process} ${second}`, minLength: 1, maxLength: 40 },
);

/** The rules of QRY-12, QRY-14 and QRY-18 as directly as possible: step, then bucket value, then observations. */
function expected(all: readonly Report[]): Map<number, Map<number, number>> {
  const steps = new Map<number, Map<number, number>>();
  const before = new Map<number, Map<number, number>>();
  for (const report of [...all].sort((a, b) => a.second - b.second)) {
    const now = new Map((BOUNDS[report.bounds] as readonly number[]).map((value, i) => [value, report.counts[i] ?? 0]));
    const last = before.get(report.process);
    before.set(report.process, now);
    let happened = now;
    if (isTotal(report)) {
      if (last === undefined) continue;
      const restarted = [...last].some(([value, count]) => (now.get(value) ?? 0) < count);
      if (!restarted) happened = new Map([...now].map(([value, count]) => [value, count - (last.get(value) ?? 0)]));
    }
    const step = Math.floor(report.second / 60);
    const sums = steps.get(step) ?? new Map<number, number>();
    steps.set(step, sums);
    for (const [value, count] of happened) if (count > 0) sums.set(value, (sums.get(value) ?? 0) + count);
  }
  return steps;
}

let runs = 0;
async function write(all: readonly Report[]): Promise<string> {
  const metric = `model.${runs++}`;
  for (const report of all) {
    const sample = {
      values: [...(BOUNDS[report.bounds] as readonly number[])],
      counts: report.counts.slice(0, BOUNDS[report.bounds]?.length),
      type: "histogram" as const,
      ...(isTotal(report) ? {} : { temporality: "delta" as const }),
    };
    await store.write(
      batchOf([metricsetAt(T + report.second * 1000, { [metric]: sample })], { process: `p${report.process}` }),
    );
  }
  return metric;
}

it("QRY-18 counts each bucket and step exactly, over series with different bounds, increases and totals", async () => {
  const property = fc.asyncProperty(reports, fc.integer({ min: 1, max: 12 }), async (all, limit) => {
    const metric = await write(all);
    const oracle = expected(all);
    const answer = await store.buckets(request(metric));
    const values = [...new Set([...oracle.values()].flatMap((sums) => [...sums.keys()]))].sort((a, b) => a - b);
    expect(answer.low).toEqual(values);
    expect(answer.high).toEqual(values);
    expect(answer.counts.length).toBe(10);
    answer.counts.forEach((row, step) => {
      const sums = oracle.get(step);
      expect(row && [...row]).toEqual(sums && values.map((value) => sums.get(value) ?? 0));
    });

    const joined = await store.buckets(request(metric, { buckets: limit }));
    const count = await store.scan({ ...request(metric), aggregation: "count" });
    expect(joined.low.length).toBeLessThanOrEqual(limit);
    joined.counts.forEach((row, step) => {
      const total = row === undefined ? Number.NaN : row.reduce((sum, each) => sum + each, 0);
      expect(total).toEqual(count.series[0]?.values[step]);
    });
    // Every bucket holds as many neighbours as the others, but for the last.
    const together = Math.max(1, Math.ceil(values.length / limit));
    expect(joined.low).toEqual(values.filter((_, index) => index % together === 0));
    expect(joined.high).toEqual(joined.low.map((_, i) => values[Math.min((i + 1) * together, values.length) - 1]));
  });
  await fc.assert(property, { numRuns: 40 });
}, 60_000);

it("QRY-18 tells a step without observations from one without data, and leaves out buckets nobody fell into", async () => {
  const histogram = (counts: number[]) => ({ values: [1, 2, 3], counts, temporality: "delta" as const });
  await store.write(
    batchOf([
      metricsetAt(T, { quiet: histogram([0, 0, 4]) }),
      metricsetAt(T + MINUTE, { quiet: histogram([0, 0, 0]) }),
    ]),
  );
  const answer = await store.buckets(request("quiet", { toMs: T + 3 * MINUTE }));
  expect(readable(answer)).toEqual([{ "3-3": 4 }, { "3-3": 0 }, null]);
});

it("QRY-18 goes by filters and window, and is the same after compaction", async () => {
  const histogram = { values: [1, 2], counts: [1, 1], temporality: "delta" as const };
  await store.write(
    batchOf([
      metricsetAt(T - 1, { routed: histogram }, { route: "/a" }),
      metricsetAt(T, { routed: histogram }, { route: "/a" }),
      metricsetAt(T, { routed: histogram }, { route: "/b" }),
      metricsetAt(T + 2 * MINUTE, { routed: histogram }, { route: "/a" }),
    ]),
  );
  const filters = [{ key: "route", value: "/a" }];
  const asked = request("routed", { filters, toMs: T + 2 * MINUTE });
  const before = await store.buckets(asked);
  expect(readable(before)).toEqual([{ "1-1": 1, "2-2": 1 }, null]);
  await store.maintain();
  expect(await store.buckets(asked)).toEqual(before);
});

it("QRY-18 bounds the size of an answer, and says so when the metric has no buckets", async () => {
  await store.write(batchOf([metricsetAt(T, { flat: { value: 1, type: "gauge" } })]));
  await expect(store.buckets(request("flat"))).rejects.toMatchObject({
    code: "NOT_A_HISTOGRAM",
    message: expect.stringContaining("gauge"),
  });
  const nothing = await store.buckets(request("unheard"));
  expect(nothing).toMatchObject({ low: [], high: [] });
  const many = { fromMs: T, toMs: T + 5000 * 1000, stepMs: 1000 };
  await expect(store.buckets(request("quiet", { ...many, buckets: 111 }))).rejects.toMatchObject({
    code: "TOO_MANY_POINTS",
  });
  expect((await store.buckets(request("quiet", { ...many, buckets: 110 }))).counts.length).toBe(5000);
});
