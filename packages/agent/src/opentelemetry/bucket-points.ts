import type { ExponentialHistogramValue, HistogramValue } from "./metric-data.js";

/** A histogram as values and how often each came, values ascending; empty when there is nothing to send. */
export type BucketPoints = Map<number, number>;

/** Midpoints of the buckets that are not empty (OT-42); a histogram of a single bucket is its mean, where the sum is known (OT-43). */
export function explicitPoints({ buckets: { boundaries, counts }, sum, count }: HistogramValue): BucketPoints {
  const points: BucketPoints = new Map();
  const last = boundaries.length;
  if (last === 0) {
    if (count > 0 && sum !== undefined) points.set(sum / count, count);
    return points;
  }
  counts.forEach((observations, index) => {
    if (observations === 0) return;
    const upper = boundaries[index] as number;
    const lower = boundaries[index - 1] as number;
    const value = index === 0 ? (upper > 0 ? upper / 2 : upper) : index === last ? lower : lower + (upper - lower) / 2;
    add(points, value, observations);
  });
  return points;
}

/** Bucket j covers (base^k, base^(k+1)] with k = offset + j and stands as its midpoint; negatives mirrored, zero between (OT-51). */
export function exponentialPoints({ scale, zeroCount, positive, negative }: ExponentialHistogramValue): BucketPoints {
  const power = 2 ** -scale;
  const midpoint = (index: number): number => (2 ** (index * power) + 2 ** ((index + 1) * power)) / 2;
  const points: BucketPoints = new Map();
  for (let index = negative.bucketCounts.length - 1; index >= 0; index--) {
    add(points, -midpoint(negative.offset + index), negative.bucketCounts[index] as number);
  }
  add(points, 0, zeroCount);
  positive.bucketCounts.forEach((count, index) => {
    add(points, midpoint(positive.offset + index), count);
  });
  return points;
}

/** Adds `more` to `points` and brings the values into order again. */
export function mergePoints(points: BucketPoints, more: BucketPoints): BucketPoints {
  const merged: BucketPoints = new Map(points);
  for (const [value, count] of more) add(merged, value, count);
  return new Map([...merged].sort((a, b) => a[0] - b[0]));
}

function add(points: BucketPoints, value: number, count: number): void {
  // Equal neighbours are one value: the server wants them strictly ascending.
  if (count > 0) points.set(value, (points.get(value) ?? 0) + count);
}
