import type { BucketsResponse } from "@tidegauge/protocol/query";
import { expect, it } from "vitest";
import { bucketLabel, bucketsUrl, heatmapOf, heatmapTable } from "./data.js";

const answer: BucketsResponse = {
  from: 0,
  to: 30_000,
  step: 10_000,
  unit: "ms",
  buckets: [
    { low: 10, high: 10 },
    { low: 20, high: 20 },
  ],
  points: [
    [0, [1, 2]],
    [10_000, null],
    [20_000, [0, 9]],
  ],
};

it("knows the sum of all cells and the fullest", () => {
  expect(heatmapOf(answer)).toMatchObject({ total: 12, largest: 9 });
});

it("says a bucket by the edges of its row, zero as zero", () => {
  expect(bucketLabel(heatmapOf(answer), 0)).toBe("5 ms – 15 ms");
  const wide = heatmapOf({ ...answer, buckets: [0, 1, 100].map((value) => ({ low: value, high: value })), points: [] });
  expect(wide.layout.scale).toBe("log");
  expect(bucketLabel(wide, 0)).toBe("0 ms");
});

it("is a table with a column a bucket, empty where there is no data", () => {
  const data = heatmapOf(answer);
  const table = heatmapTable(data, (row) => `bucket ${row}`);
  expect(table.series.map(({ label, values }) => [label, values])).toEqual([
    ["bucket 0", [1, null, 0]],
    ["bucket 1", [2, null, 9]],
  ]);
  expect(table.unit).toBeNull();
});

it("asks by the same names as every query", () => {
  const query = { metric: "lat", service: "shop", filters: ["a:b", "c:d"], from: "now-1h", to: "now" };
  expect(bucketsUrl(query)).toBe(
    "api/v1/buckets?metric=lat&service=shop&from=now-1h&to=now&step=auto&filter=a%3Ab&filter=c%3Ad",
  );
});
