import {
  BIGINT,
  type DuckDBConnection,
  type DuckDBType,
  type DuckDBValue,
  LIST,
  listValue,
  VARCHAR,
} from "@duckdb/node-api";
import { rows } from "../files/engine.js";
import type { StoreFile } from "../files/store-file.js";
import type { FileSelection, SelectedSeries, Selection } from "./selection.js";
import { sourceOf } from "./sources.js";
import type { Window } from "./window.js";

/** Most series have a sample within this time before the window: looking there first spares reading a whole day. */
export const LOOKBACK_MS: number = 10 * 60_000;

/**
 * The last value before the window of every cumulative series in `wanted`, and 0 for one that was never seen before and whose process is known from
 * its start (QRY-12). `nearFiles` touch the lookback and the window (`near`: what they hold of the selection), `earlier` are all before them.
 */
export async function previousValues(
  connection: DuckDBConnection,
  selection: Selection,
  near: readonly FileSelection[],
  nearFiles: readonly StoreFile[],
  earlier: readonly StoreFile[],
  window: Window,
  wanted: (series: number) => boolean,
): Promise<Map<number, number>> {
  const values = new Map<number, number>();
  const missing = (series: number): boolean => wanted(series) && !values.has(series);
  await lastPoints(connection, near, missing, window.fromMs - LOOKBACK_MS, window.fromMs, values);
  if (!selection.series.some(({ index }) => missing(index))) return values;
  const before = [...(await selection.find(connection, earlier, true)), ...near];
  await lastOfFiles(connection, before, missing, window.fromMs, values);
  const never = selection.series.filter(({ index }) => missing(index));
  for (const series of await begunAtZero(connection, never, [...nearFiles, ...earlier], window)) values.set(series, 0);
  return values;
}

/**
 * Which of these series, none of which was seen before the window, began at 0: those of a process whose first batch the files hold. A series that such
 * a process reports later is new. `files` are all with events before the window's end. Retention drops a start together with the samples of the first
 * batch, and before the later ones: of a process that is older than what is kept nothing is assumed.
 */
export async function begunAtZero(
  connection: DuckDBConnection,
  series: readonly SelectedSeries[],
  files: readonly StoreFile[],
  window: Window,
): Promise<number[]> {
  if (series.length === 0 || files.length === 0) return [];
  const starts = files.map(({ alias }) => `SELECT process, started FROM ${alias}.starts`);
  const found = await rows(
    connection,
    `SELECT DISTINCT process FROM (${starts.join(" UNION ALL ")})
     WHERE started < $to AND process IN (SELECT unnest($processes))`,
    { to: BigInt(window.toMs), processes: listValue([...new Set(series.map(({ process }) => process))]) },
    { to: BIGINT, processes: LIST(VARCHAR) },
  );
  const known = new Set(found.map(([process]) => process as string));
  return series.filter(({ process }) => known.has(process)).map(({ index }) => index);
}

/** Looks the last sample up where it costs least: a sorted file that ends before the window tells it in its dictionary. */
async function lastOfFiles(
  connection: DuckDBConnection,
  files: readonly FileSelection[],
  missing: (series: number) => boolean,
  fromMs: number,
  values: Map<number, number>,
): Promise<void> {
  const newest = new Map<number, { time: number; value: number }>();
  const note = (series: number, time: number, value: number): void => {
    const known = newest.get(series);
    if (known === undefined || time > known.time || (time === known.time && value > known.value)) {
      newest.set(series, { time, value });
    }
  };
  const scanned: FileSelection[] = [];
  for (const selected of files) {
    const { file, series, lastMs, lastValue } = selected;
    if (file.state !== "sorted" || file.maxMs === null || file.maxMs >= fromMs) {
      scanned.push(selected);
      continue;
    }
    for (let at = 0; at < series.length; at++) {
      const [index, time, value] = [series[at] as number, lastMs[at] ?? null, lastValue[at] ?? null];
      if (time !== null && value !== null && missing(index)) note(index, time, value);
    }
  }
  for (const [series, time, value] of await lastRows(connection, scanned, missing, undefined, fromMs)) {
    note(series, time, value);
  }
  for (const [series, { value }] of newest) values.set(series, value);
}

async function lastPoints(
  connection: DuckDBConnection,
  files: readonly FileSelection[],
  missing: (series: number) => boolean,
  afterMs: number,
  fromMs: number,
  values: Map<number, number>,
): Promise<void> {
  for (const [series, , value] of await lastRows(connection, files, missing, afterMs, fromMs))
    values.set(series, value);
}

async function lastRows(
  connection: DuckDBConnection,
  files: readonly FileSelection[],
  keep: (series: number) => boolean,
  afterMs: number | undefined,
  fromMs: number,
): Promise<[series: number, time: number, value: number][]> {
  const source = sourceOf(
    "points",
    files,
    keep,
    afterMs === undefined ? "p.time < $from" : "p.time >= $after AND p.time < $from",
  );
  if (source === undefined) return [];
  const values: Record<string, DuckDBValue> = { ...source.values, from: BigInt(fromMs) };
  const types: Record<string, DuckDBType> = { ...source.types, from: BIGINT };
  if (afterMs !== undefined) {
    values.after = BigInt(afterMs);
    types.after = BIGINT;
  }
  const found = await rows(
    connection,
    `SELECT series, CAST(last.time AS DOUBLE), last.value FROM (
       SELECT series, max({'time': time, 'value': value}) AS last FROM (${source.sql}) GROUP BY series)`,
    values,
    types,
  );
  return found as [number, number, number][];
}
