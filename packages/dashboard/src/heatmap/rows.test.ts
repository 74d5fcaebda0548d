import { describe, expect, it } from "vitest";
import { layOutRows, logTicks, rowAt } from "./rows.js";

const spans = (...values: number[]) => values.map((value) => ({ low: value, high: value }));

describe("the rows of a heat map", () => {
  it("reach half way to their neighbours", () => {
    const { scale, rows, min, max } = layOutRows(spans(10, 20, 30));
    expect(scale).toBe("linear");
    expect(rows).toEqual([
      { bottom: 5, top: 15 },
      { bottom: 15, top: 25 },
      { bottom: 25, top: 35 },
    ]);
    expect([min, max]).toEqual([5, 35]);
  });

  it("start at zero where nothing is less, and go below it where something is", () => {
    expect(layOutRows(spans(1, 5, 9)).min).toBe(0);
    expect(layOutRows(spans(-4, 0, 4)).rows[0]).toEqual({ bottom: -6, top: -2 });
  });

  it("are logarithmic over a wide range, with equal heights for equal proportions", () => {
    const { scale, rows, toValue } = layOutRows(spans(1, 2, 4, 8, 16, 32));
    expect(scale).toBe("log");
    for (const { bottom, top } of rows) expect(top - bottom).toBeCloseTo(1);
    expect(toValue(rows[0]?.top as number)).toBeCloseTo(Math.SQRT2);
  });

  it("leave a gap where a bucket lies between that nobody fell into", () => {
    const layout = layOutRows(spans(1, 2, 4, 8, 64));
    expect(layout.rows[3]?.top).toBeCloseTo(3.5);
    expect(layout.rows[4]?.bottom).toBeCloseTo(5.5);
    expect(rowAt(layout, 4.5)).toBeUndefined();
    expect(rowAt(layout, 6)).toBe(4);
  });

  it("give zero the place below the least, and tell its value", () => {
    const layout = layOutRows(spans(0, 1, 2, 4, 8, 16, 32));
    expect(layout.scale).toBe("log");
    expect(layout.rows[0]?.top).toBeLessThanOrEqual(layout.rows[1]?.bottom as number);
    expect(layout.toValue(layout.toAxis(0))).toBe(0);
    expect(rowAt(layout, layout.toAxis(0))).toBe(0);
  });

  it("hold joined buckets from the least to the greatest of them", () => {
    const { rows } = layOutRows([
      { low: 1, high: 2 },
      { low: 3, high: 4 },
    ]);
    expect(rows).toEqual([
      { bottom: 0.5, top: 2.5 },
      { bottom: 2.5, top: 4.5 },
    ]);
  });

  it("can be one, or none", () => {
    const [only] = layOutRows(spans(100)).rows;
    expect(only?.bottom).toBeLessThan(100);
    expect(only?.top).toBeGreaterThan(100);
    expect(layOutRows([]).rows).toEqual([]);
  });
});

it("ticks a logarithmic axis by decades, finer where there is room", () => {
  expect(logTicks(0.9, 11, 8)).toEqual([1, 2, 5, 10]);
  expect(logTicks(1, 1000, 8)).toEqual([1, 3, 10, 30, 100, 300, 1000]);
  expect(logTicks(1, 1e6, 8)).toEqual([1, 10, 100, 1e3, 1e4, 1e5, 1e6]);
  expect(logTicks(1, 1e6, 3)).toEqual([1, 1e3, 1e6]);
});
