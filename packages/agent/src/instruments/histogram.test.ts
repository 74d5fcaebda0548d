import { describe, expect, it } from "vitest";
import { testRegistry } from "../registry.testing.js";

const INF = Number.POSITIVE_INFINITY;

describe("histogram", () => {
  it("REG-15 has fifteen default buckets, also for an empty list", () => {
    const { set } = testRegistry();
    const bounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, INF];
    expect(set.histogram("a").buckets).toEqual(bounds);
    expect(set.histogram("b", {}, { buckets: [] }).buckets).toEqual(bounds);
  });

  it("REG-15 takes null for no buckets", () => {
    const { set, logger } = testRegistry();
    const none = null as unknown as undefined;
    expect(set.histogram("h", {}, { buckets: none } as object).update(1).buckets).toHaveLength(15);
    expect(set.histogram("h", none, none).buckets).toHaveLength(15);
    expect(logger.of("warn")).toEqual([]);
  });

  it("REG-16 appends +Infinity to a copy of the caller's bounds", () => {
    const { set } = testRegistry();
    const buckets = [1, 10];
    const histogram = set.histogram("h", {}, { buckets });
    buckets[0] = 5;
    expect(buckets).toEqual([5, 10]);
    expect(histogram.buckets).toEqual([1, 10, INF]);
    expect(set.histogram("i", {}, { buckets: [1, INF] }).buckets).toEqual([1, INF]);
  });

  it.each([[[1, 1]], [[2, 1]], [[1, Number.NaN]], [["1" as unknown as number]], [5 as unknown as number[]]])(
    "REG-16 D-REG-1 uses the default bounds for %j, with one warning, and does not throw",
    (buckets) => {
      const { set, logger } = testRegistry();
      expect(set.histogram("h", { a: 1 }, { buckets }).buckets).toHaveLength(15);
      expect(set.histogram("h", { a: 2 }, { buckets }).buckets).toHaveLength(15);
      expect(logger.of("warn")).toEqual([
        "metric h in MetricSet: a list of buckets that are not strictly ascending numbers (the default ones are used) is left out; further ones are only counted",
      ]);
      expect(set.table.badWrites).toBe(2);
    },
  );

  it.each([
    [
      [1, 10, 100],
      [0.3, 1, 5, 20, 100, 1000],
      [2, 1, 2, 1],
      [0.5, 5.5, 55, 100],
    ],
    [
      [-5, 0, 5],
      [-10, -5, -1, 0, 3, 99],
      [2, 2, 1, 1],
      [-5, -2.5, 2.5, 5],
    ],
  ])(
    "REG-17 REG-33d puts values into the first bucket whose bound is not below them: %j",
    async (buckets, updates, counts, values) => {
      const { set, collectSamples } = testRegistry();
      const histogram = set.histogram("h", {}, { buckets });
      for (const value of updates) histogram.update(value);
      expect(histogram.val).toEqual(counts);
      expect(await collectSamples()).toEqual({ h: { counts, values, type: "histogram" } });
    },
  );

  it("REG-49 sends empty buckets, as many counts as values", async () => {
    const { set, collectSamples } = testRegistry();
    set.histogram("h");
    const { h } = (await collectSamples()) as { h: { counts: number[]; values: number[] } };
    expect(h.counts).toEqual(new Array(15).fill(0));
    const expected = [
      0.0025, 0.0075, 0.0175, 0.0375, 0.0625, 0.0875, 0.175, 0.375, 0.625, 0.875, 1.75, 3.75, 6.25, 8.75, 10,
    ];
    h.values.forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index] as number, 10);
    });
  });

  it("REG-17 counts several at once", () => {
    expect(
      testRegistry()
        .set.histogram("h", {}, { buckets: [1] })
        .update(0.5, 3)
        .update(7, 2).val,
    ).toEqual([3, 2]);
  });

  it("REG-18 D-REG-1 REG-20a ignores NaN, infinities and counts that are not whole", () => {
    const { set } = testRegistry();
    const histogram = set.histogram("h", {}, { buckets: [1] });
    histogram
      .update(Number.NaN)
      .update(INF)
      .update(-INF)
      .update(1, -1)
      .update(1, 1.5)
      .update("1" as unknown as number);
    expect(histogram.val).toEqual([0, 0]);
    expect(set.table.badWrites).toBe(6);
  });

  it("REG-19 gives a copy of its counts, takes whole ones of the right length, and is empty after a reset", () => {
    const { set } = testRegistry();
    const histogram = set.histogram("h", {}, { buckets: [1, 2] });
    const given = [1, 2, 3];
    histogram.val = given;
    given[0] = 9;
    (histogram.val as number[])[1] = 9;
    expect(histogram.val).toEqual([1, 2, 3]);
    histogram.val = [1, 2];
    histogram.val = [1, 2, -3];
    expect(histogram.val).toEqual([1, 2, 3]);
    expect(histogram.reset().val).toEqual([0, 0, 0]);
  });

  it("REG-20 has no unit in name or sample", async () => {
    const { set, collectSamples } = testRegistry();
    set.histogram("h", {}, { unit: "ms", buckets: [1] }).update(0.5);
    expect(await collectSamples()).toEqual({ h: { counts: [1, 0], values: [0.5, 1], type: "histogram" } });
  });

  it("REG-50 REG-33e sends a resetting one only with an observation, marked as delta", async () => {
    const { set, collectSamples, collect } = testRegistry();
    const histogram = set.histogram("h", {}, { resetOnCollect: true, buckets: [1] });
    expect(await collect()).toEqual([]);
    histogram.update(3);
    expect(await collectSamples()).toEqual({
      h: { counts: [0, 1], values: [0.5, 1], type: "histogram", temporality: "delta" },
    });
    expect(histogram.val).toEqual([0, 0]);
    expect(await collect()).toEqual([]);
  });

  it("REG-51 skips one whose only bucket is +Infinity", async () => {
    const { set, collect } = testRegistry();
    set.histogram("h", {}, { buckets: [INF] }).update(3);
    expect(await collect()).toEqual([]);
  });
});
