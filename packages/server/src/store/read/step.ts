import { BIGINT, type DuckDBConnection } from "@duckdb/node-api";
import { rows } from "../files/engine.js";
import type { ScanRequest } from "../messages.js";
import type { FileSelection } from "./selection.js";
import { sourceOf } from "./sources.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Steps people read easily. */
const STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 20, 30].map((each) => each * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((each) => each * MINUTE),
  ...[1, 2, 3, 6, 12].map((each) => each * HOUR),
  ...[1, 2, 7, 14, 30, 90, 365].map((each) => each * DAY),
];

/** Points an automatic step aims at. */
const AIMED_POINTS = 240;
/** Series whose reports are looked at. */
const PROBED_SERIES = 8;

/** The shortest readable step at least as long as this. */
function readableStep(atLeastMs: number): number {
  return STEPS.find((step) => step >= atLeastMs) ?? Math.ceil(atLeastMs / DAY) * DAY;
}

/**
 * A step that gives some 240 points over the window, but is not shorter than the time between two reports of the selected series: a chart of a
 * metric reported every 30 s would else be mostly gaps. If it can, it holds a whole number of reports: with a report every 10 s and a step of 15 s
 * every other step would hold two, and every sum would look like a saw.
 */
export async function automaticStep(
  connection: DuckDBConnection,
  files: readonly FileSelection[],
  request: ScanRequest,
): Promise<number> {
  const window = request.toMs - request.fromMs;
  const aimed = readableStep(Math.max(window / AIMED_POINTS, SECOND));
  // With a step of minutes no usual interval matters.
  if (aimed > 5 * MINUTE) return aimed;
  const interval = await reportInterval(connection, files, request);
  if (interval === undefined) return aimed;
  const enough = Math.max(aimed, readableStep(Math.min(interval, window)));
  return STEPS.find((step) => step >= enough && step <= 3 * enough && step % interval === 0) ?? enough;
}

/** Median time between two reports of a few of the series, rounded to a second; undefined if none reported twice. */
async function reportInterval(
  connection: DuckDBConnection,
  files: readonly FileSelection[],
  request: ScanRequest,
): Promise<number | undefined> {
  const probed = new Set(files.flatMap((file) => file.series).slice(0, PROBED_SERIES));
  for (const table of ["points", "histograms"] as const) {
    const source = sourceOf(table, files, (series) => probed.has(series), "p.time >= $from AND p.time < $to");
    if (source === undefined) continue;
    const [row] = await rows(
      connection,
      `SELECT CAST(median(gap) AS DOUBLE) FROM (
         SELECT time - lag(time) OVER (PARTITION BY series ORDER BY time) AS gap FROM (${source.sql})) WHERE gap > 0`,
      { ...source.values, from: BigInt(request.fromMs), to: BigInt(request.toMs) },
      { ...source.types, from: BIGINT, to: BIGINT },
    );
    const gap = row?.[0] as number | null | undefined;
    if (typeof gap === "number") return Math.max(SECOND, Math.round(gap / SECOND) * SECOND);
  }
  return undefined;
}
