import type { BucketSpan } from "@tidegauge/protocol/query";

/** Where one bucket is drawn, in the axis' own measure. */
export interface Row {
  bottom: number;
  top: number;
}

/** The rows of a heat map and the axis they lie on. */
export interface RowLayout {
  /** `log`: a row is as high as its bucket is wide in proportion, so that milliseconds and seconds are both legible. */
  scale: "log" | "linear";
  rows: Row[];
  min: number;
  max: number;
  /** From a value to the axis' measure. */
  toAxis(value: number): number;
  /** From the axis' measure to a value. */
  toValue(position: number): number;
}

/** From this ratio of the greatest to the least value on the axis is logarithmic. */
const LOG_FROM = 20;
/** Neighbours further apart than this many usual distances have something between them that nobody fell into. */
const GAP = 1.5;

/**
 * Lays buckets out. A stored bucket value stands for the middle of its observations, so a bucket reaches half way to its neighbours; where one is
 * missing in between, only half the usual distance.
 */
export function layOutRows(buckets: readonly BucketSpan[]): RowLayout {
  const positive = buckets.filter(({ low }) => low > 0);
  const least = positive[0]?.low ?? 1;
  const greatest = positive.at(-1)?.high ?? 1;
  // A logarithm has no place for what is below zero; zero itself gets the place below the least.
  const log = greatest / least >= LOG_FROM && (buckets[0]?.low ?? 0) >= 0;
  const hasZero = positive.length < buckets.length;
  const first = Math.log2(least);
  const zero = first - Math.max(0.5, (Math.log2(greatest) - first) / Math.max(1, positive.length - 1));
  const toAxis = log ? (value: number) => (value > 0 ? Math.log2(value) : zero) : (value: number) => value;
  const distances = buckets.slice(1).map(({ low }, index) => toAxis(low) - toAxis(buckets[index]?.high as number));
  const usual = median(distances) ?? (log ? 1 : Math.abs(least) / 4 || 1);
  const reach = (distance: number | undefined) =>
    distance === undefined || distance > usual * GAP ? usual / 2 : distance / 2;
  const rows = buckets.map(({ low, high }, index): Row => {
    const below = index === 0 ? undefined : distances[index - 1];
    const bottom = toAxis(low) - reach(below);
    return {
      // Durations and sizes start at zero.
      bottom: !log && low >= 0 ? Math.max(0, bottom) : bottom,
      top: toAxis(high) + reach(distances[index]),
    };
  });
  return {
    scale: log ? "log" : "linear",
    rows,
    min: rows[0]?.bottom ?? 0,
    max: rows.at(-1)?.top ?? 1,
    toAxis,
    toValue: log ? (position) => (hasZero && position <= zero ? 0 : 2 ** position) : (position) => position,
  };
}

/** The row at a place of the axis, undefined between rows and outside. */
export function rowAt({ rows }: { rows: readonly Row[] }, position: number): number | undefined {
  const index = rows.findIndex(({ bottom, top }) => position >= bottom && position < top);
  return index < 0 ? undefined : index;
}

/** Values for the ticks of a logarithmic axis from `min` to `max`, both positive: decades, with 2 and 5 where there is room. */
export function logTicks(min: number, max: number, count: number): number[] {
  for (const steps of [[1, 2, 5], [1, 3], [1]]) {
    const ticks = decades(min, max).flatMap((decade) => steps.map((step) => step * decade));
    const within = ticks.filter((tick) => tick >= min && tick <= max);
    if (within.length <= count) return within;
  }
  const all = decades(min, max).filter((tick) => tick >= min && tick <= max);
  const every = Math.ceil(all.length / count);
  return all.filter((_, index) => index % every === 0);
}

function decades(min: number, max: number): number[] {
  const list: number[] = [];
  for (let power = Math.floor(Math.log10(min)); power <= Math.log10(max); power++) list.push(Number(`1e${power}`));
  return list;
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
