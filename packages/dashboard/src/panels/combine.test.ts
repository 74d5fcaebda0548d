import type { QueryResponse } from "@tidegauge/protocol/query";
import { describe, expect, it } from "vitest";
import { combine } from "./combine.js";

function answer(points: [number, number | null][]): QueryResponse {
  return { from: 0, to: 40_000, step: 10_000, unit: "byte", series: [{ labels: {}, points }] };
}

describe("combine", () => {
  it("subtracts and divides point by point, null where either side has nothing", () => {
    const total = answer([
      [0, 100],
      [10_000, 100],
      [20_000, null],
    ]);
    const free = answer([
      [0, 40],
      [10_000, null],
      [20_000, 1],
    ]);
    expect(combine(total, free, "minus").series[0]?.points).toEqual([
      [0, 60],
      [10_000, null],
      [20_000, null],
    ]);
    expect(
      combine(
        total,
        answer([
          [0, 0],
          [10_000, 4],
        ]),
        "over",
      ).series[0]?.points,
    ).toEqual([
      [0, null],
      [10_000, 25],
      [20_000, null],
    ]);
  });

  it("matches groups by their labels", () => {
    const sums = {
      ...answer([]),
      series: [
        { labels: { m: "a" }, points: [[0, 6]] },
        { labels: { m: "b" }, points: [[0, 9]] },
      ],
    } as QueryResponse;
    const counts = { ...answer([]), series: [{ labels: { m: "b" }, points: [[0, 3]] }] } as QueryResponse;
    expect(combine(sums, counts, "over").series.map(({ points }) => points[0]?.[1])).toEqual([null, 3]);
  });
});
