import {
  BIGINT,
  type DuckDBBlobVector,
  type DuckDBConnection,
  type DuckDBDataChunk,
  type DuckDBType,
  type DuckDBValue,
} from "@duckdb/node-api";
import { numbers } from "../files/engine.js";
import { addBuckets, type Buckets, decodeBounds, decodeCounts } from "../write/histogram.js";
import type { FileSelection } from "./selection.js";
import { sourceOf } from "./sources.js";

/** A stored histogram of a series of the query. */
export interface HistogramSample {
  readonly series: number;
  readonly timeMs: number;
  readonly buckets: Buckets;
}

/**
 * Which samples of a series are wanted, by a time that is found for each series first: an aggregate over its times, and how they compare with it. A window
 * function would sort the whole history with all its buckets; this reads the times, and the buckets of few.
 */
export interface Cut {
  readonly time: string;
  readonly keeps: "=" | "<=";
}

/**
 * Hands over the histograms of the series that `keep` names, by series, then time, then number of observations: of several at one time the greatest
 * is the last. `condition` and `cut` are SQL of ours, `times` what `condition` names, in epoch milliseconds.
 */
export async function eachSample(
  connection: DuckDBConnection,
  files: readonly FileSelection[],
  keep: (series: number) => boolean,
  condition: string,
  times: Readonly<Record<string, number>>,
  cut: Cut | undefined,
  use: (sample: HistogramSample) => void,
): Promise<void> {
  const source = sourceOf("histograms", files, keep, condition);
  if (source === undefined) return;
  const values: Record<string, DuckDBValue> = { ...source.values };
  const types: Record<string, DuckDBType> = { ...source.types };
  for (const [name, time] of Object.entries(times)) {
    values[name] = BigInt(time);
    types[name] = BIGINT;
  }
  const { sql } = source;
  const wanted =
    cut === undefined
      ? `(${sql})`
      : `(${sql}) JOIN (SELECT series, ${cut.time} AS cut FROM (${sql}) GROUP BY series) USING (series) WHERE time ${cut.keeps} cut`;
  // From 128 on the bytes of encoded counts do not compare as numbers: they only order equal totals, so that no answer depends on the order of arrival.
  const result = await connection.stream(
    `SELECT series, CAST(time AS DOUBLE), bounds, counts FROM ${wanted} ORDER BY series, time, bounds, counts`,
    values,
    types,
  );
  let atOneTime: HistogramSample[] = [];
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    eachStored(chunk, (series, timeMs, bounds, counts) => {
      const buckets: Buckets = new Map();
      addBuckets(buckets, bounds, counts);
      const [first] = atOneTime;
      if (first !== undefined && (first.series !== series || first.timeMs !== timeMs)) {
        byTotal(atOneTime).forEach(use);
        atOneTime = [];
      }
      atOneTime.push({ series, timeMs, buckets });
    });
  }
  byTotal(atOneTime).forEach(use);
}

/** Decodes the rows of a chunk of series, time in epoch milliseconds, bounds and counts. */
export function eachStored(
  chunk: DuckDBDataChunk,
  use: (series: number, timeMs: number, bounds: Float64Array, counts: Float64Array) => void,
): void {
  const series = numbers(chunk, 0);
  const time = numbers(chunk, 1);
  const bounds = chunk.getColumnVector(2) as DuckDBBlobVector;
  const counts = chunk.getColumnVector(3) as DuckDBBlobVector;
  for (let row = 0; row < chunk.rowCount; row++) {
    const values = decodeBounds(bounds.getItemBytes(row) ?? new Uint8Array());
    const observations = decodeCounts(counts.getItemBytes(row) ?? new Uint8Array(), values.length);
    use(series[row] as number, time[row] as number, values, observations);
  }
}

function byTotal(samples: HistogramSample[]): HistogramSample[] {
  if (samples.length < 2) return samples;
  return samples
    .map((sample) => ({ sample, total: [...sample.buckets.values()].reduce((sum, count) => sum + count, 0) }))
    .sort((a, b) => a.total - b.total)
    .map(({ sample }) => sample);
}
