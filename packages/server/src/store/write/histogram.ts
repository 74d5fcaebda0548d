/** A histogram sample as stored: the bucket values as little-endian doubles, the counts as LEB128. Equal bucket values compress to nothing. */
export interface EncodedHistogram {
  readonly bounds: Uint8Array;
  readonly counts: Uint8Array;
}

/** Encodes buckets in ascending order of their value. `values` and `counts` have the same length. */
export function encodeHistogram(values: readonly number[], counts: readonly number[]): EncodedHistogram {
  const length = values.length;
  const order = ascending(values) ? undefined : sortedOrder(values);
  const bounds = new Uint8Array(length * 8);
  const view = new DataView(bounds.buffer);
  const bytes: number[] = [];
  for (let index = 0; index < length; index++) {
    const from = order === undefined ? index : (order[index] as number);
    view.setFloat64(index * 8, values[from] as number, true);
    let count = counts[from] as number;
    while (count >= 0x80) {
      bytes.push((count % 0x80) | 0x80);
      count = Math.floor(count / 0x80);
    }
    bytes.push(count);
  }
  return { bounds, counts: Uint8Array.from(bytes) };
}

/** The bucket values of an encoded histogram. */
export function decodeBounds(bounds: Uint8Array): Float64Array {
  const view = new DataView(bounds.buffer, bounds.byteOffset, bounds.byteLength);
  const values = new Float64Array(bounds.byteLength / 8);
  for (let index = 0; index < values.length; index++) values[index] = view.getFloat64(index * 8, true);
  return values;
}

/** The counts of an encoded histogram, as many as it has bucket values. */
export function decodeCounts(counts: Uint8Array, length: number): Float64Array {
  const out = new Float64Array(length);
  let at = 0;
  for (let index = 0; index < length; index++) {
    let value = 0;
    let factor = 1;
    let byte = counts[at++] ?? 0;
    while (byte >= 0x80) {
      value += (byte - 0x80) * factor;
      factor *= 0x80;
      byte = counts[at++] ?? 0;
    }
    out[index] = value + byte * factor;
  }
  return out;
}

/** The buckets of a histogram, by bucket value. Equal values are one bucket, empty ones are left out: they say nothing. */
export type Buckets = Map<number, number>;

/** Adds the counts of a sample to `into`. */
export function addBuckets(into: Buckets, values: Float64Array, counts: Float64Array): void {
  for (let index = 0; index < values.length; index++) {
    const count = counts[index] as number;
    if (count > 0) into.set(values[index] as number, (into.get(values[index] as number) ?? 0) + count);
  }
}

/** What happened between two samples of a cumulative histogram. A bucket that falls is a restart: all of `later` counts then. */
export function bucketIncrease(earlier: Buckets, later: Buckets): Buckets {
  if (fell(earlier, later)) return later;
  const increase: Buckets = new Map();
  for (const [value, count] of later) {
    const grown = count - (earlier.get(value) ?? 0);
    if (grown > 0) increase.set(value, grown);
  }
  return increase;
}

/** Whether any bucket holds less than before. */
export function fell(earlier: Buckets, later: Buckets): boolean {
  for (const [value, count] of earlier) if ((later.get(value) ?? 0) < count) return true;
  return false;
}

/**
 * The value below which the share `quantile` of the observations lies. A bucket value stands for the middle of its observations; between two of
 * them the answer is interpolated linearly. Undefined without observations.
 */
export function quantileOf(buckets: Buckets, quantile: number): number | undefined {
  const sorted = [...buckets].filter(([, count]) => count > 0).sort((a, b) => a[0] - b[0]);
  let total = 0;
  for (const [, count] of sorted) total += count;
  const rank = quantile * total;
  let before = 0;
  let previousMiddle = 0;
  let previousValue: number | undefined;
  for (const [value, count] of sorted) {
    const middle = before + count / 2;
    if (rank <= middle) {
      if (previousValue === undefined) return value;
      return previousValue + ((value - previousValue) * (rank - previousMiddle)) / (middle - previousMiddle);
    }
    before += count;
    previousMiddle = middle;
    previousValue = value;
  }
  return previousValue;
}

function ascending(values: readonly number[]): boolean {
  for (let index = 1; index < values.length; index++) {
    if ((values[index] as number) < (values[index - 1] as number)) return false;
  }
  return true;
}

function sortedOrder(values: readonly number[]): number[] {
  return values.map((_, index) => index).sort((a, b) => (values[a] as number) - (values[b] as number));
}
