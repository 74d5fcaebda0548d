import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketIncrease, decodeBounds, decodeCounts, encodeHistogram, quantileOf } from "./histogram.js";

describe("encodeHistogram", () => {
  it("gives back what it was given, in ascending order", () => {
    const bucket = fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.nat(Number.MAX_SAFE_INTEGER));
    fc.assert(
      fc.property(fc.array(bucket), (buckets) => {
        const { bounds, counts } = encodeHistogram(
          buckets.map(([value]) => value),
          buckets.map(([, count]) => count),
        );
        const values = decodeBounds(bounds);
        const sorted = [...buckets].sort((a, b) => a[0] - b[0]);
        expect([...values]).toEqual(sorted.map(([value]) => value));
        const total = (list: Iterable<number>): bigint => [...list].reduce((sum, count) => sum + BigInt(count), 0n);
        expect(total(decodeCounts(counts, values.length))).toBe(total(buckets.map(([, count]) => count)));
      }),
    );
  });

  it("takes a byte for a count below 128 and nothing of its own", () => {
    expect(encodeHistogram([1, 2], [127, 128]).counts).toHaveLength(3);
  });
});

describe("bucketIncrease", () => {
  it("QRY-14 subtracts each bucket; one that falls is a restart", () => {
    const before = new Map([
      [1, 5],
      [2, 1],
    ]);
    expect(
      bucketIncrease(
        before,
        new Map([
          [1, 7],
          [2, 1],
          [3, 4],
        ]),
      ),
    ).toEqual(
      new Map([
        [1, 2],
        [3, 4],
      ]),
    );
    expect(bucketIncrease(before, new Map([[1, 9]]))).toEqual(new Map([[1, 9]]));
  });
});

describe("quantileOf", () => {
  it("QRY-14 interpolates between the middles of buckets, and stays within them", () => {
    const buckets = new Map([
      [10, 2],
      [20, 2],
    ]);
    expect([0, 0.25, 0.5, 0.75, 1].map((quantile) => quantileOf(buckets, quantile))).toEqual([10, 10, 15, 20, 20]);
    expect(quantileOf(new Map([[7, 3]]), 0.99)).toBe(7);
    expect(quantileOf(new Map([[7, 0]]), 0.5)).toBeUndefined();
  });

  it("never falls while the quantile rises", () => {
    const bucket = fc.tuple(fc.integer({ min: -100, max: 100 }), fc.nat(50));
    fc.assert(
      fc.property(fc.array(bucket, { minLength: 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (list, quantile) => {
        const buckets = new Map(list);
        const [low, high] = [quantileOf(buckets, quantile / 2), quantileOf(buckets, quantile)];
        if (low !== undefined && high !== undefined) expect(low).toBeLessThanOrEqual(high + 1e-9);
      }),
    );
  });
});
