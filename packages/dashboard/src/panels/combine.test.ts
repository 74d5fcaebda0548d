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

describe("running totals sent as gauges", () => {
  const shares = (first: (number | null)[], second: (number | null)[]) => {
    const [a, b] = [first, second].map((values) => answer(values.map((value, index) => [index * 10_000, value])));
    return combine(a as QueryResponse, b as QueryResponse, "increases").series[0]?.points.map(([, value]) => value);
  };

  it("are compared by what they grew since the value before, over steps without one too", () => {
    expect(shares([100, 105, null, 115], [1000, 1010, null, 1030])).toEqual([null, 0.5, null, 0.5]);
    expect(shares([100, 100], [1000, 1000])).toEqual([null, null]);
  });

  it("bridge the report of a process that comes a step late", () => {
    expect(shares([100, 30, 110], [1000, 320, 1040])).toEqual([null, null, 0.25]);
  });

  it("are counted anew once a process has ended or begun again", () => {
    expect(shares([100, 20, 25, 27, 27], [1000, 200, 210, 220, 220])).toEqual([null, null, 0.5, 0.2, null]);
    expect(shares([100, 20, 0], [1000, 200, 0])).toEqual([null, null, null]);
  });
});
