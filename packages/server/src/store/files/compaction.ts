import { BIGINT, type DuckDBConnection, VARCHAR } from "@duckdb/node-api";
import { type BatchRange, DEDUP_WINDOW_MS, mergeRanges } from "../write/batch-ids.js";
import { appendRows } from "../write/commit.js";
import { rollBack } from "../write/rollback.js";
import { rows } from "./engine.js";
import { IDENTITY_COLUMNS } from "./schema.js";
import type { StoreFile } from "./store-file.js";

/** What a compaction reads of a file. */
type Planned = Pick<StoreFile, "day" | "state" | "points">;

/**
 * Which files become one sorted file, a group for each rewriting. The closed files of a day are joined with those sorted ones that are at most twice
 * their size, so a point is rewritten a few times at most; when the day is over, all become one.
 */
export function planCompaction<F extends Planned>(files: readonly F[], today: string): F[][] {
  const days = new Map<string, F[]>();
  for (const file of files) {
    if (file.state !== "open") days.set(file.day, [...(days.get(file.day) ?? []), file]);
  }
  const groups: F[][] = [];
  for (const [day, ofDay] of days) {
    const group = ofDay.filter((file) => file.state === "closed");
    const sorted = ofDay.filter((file) => file.state === "sorted").sort((a, b) => a.points - b.points);
    if (group.length === 0) {
      if (day < today && sorted.length > 1) groups.push(sorted);
      continue;
    }
    let points = group.reduce((sum, file) => sum + file.points, 0);
    for (const file of sorted) {
      if (day >= today && file.points > 2 * points) break;
      group.push(file);
      points += file.points;
    }
    groups.push(group);
  }
  return groups;
}

const ALL_COLUMNS = [...IDENTITY_COLUMNS, "unit"];

/**
 * Fills `target` with everything of `sources`, sorted by metric, series and time, with one dictionary and the batch ids of the dedup window. One
 * transaction into one file, `partSamples` sorted at once; durable on return.
 */
export async function compact(
  connection: DuckDBConnection,
  sources: readonly StoreFile[],
  target: StoreFile,
  nowMs: number,
  partSamples: number,
): Promise<void> {
  const columns = ALL_COLUMNS.join(", ");
  const dictionaries = sources.map(({ alias }, file) => `SELECT ${file} AS file, id, ${columns} FROM ${alias}.series`);
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE mapping AS
       SELECT file, id, CAST(dense_rank() OVER (ORDER BY ${columns}) - 1 AS INTEGER) AS series, ${columns}
       FROM (${dictionaries.join(" UNION ALL ")})`,
  );
  const ranges = await keptRanges(connection, sources, nowMs);
  try {
    await connection.run("BEGIN TRANSACTION");
    for (const part of await parts(connection, sources, "points", partSamples)) {
      await connection.run(
        `INSERT INTO ${target.alias}.points ${renumbered(sources, "points", "p.value", part)} ORDER BY series, time, value`,
      );
    }
    for (const part of await parts(connection, sources, "histograms", partSamples)) {
      await connection.run(
        `INSERT INTO ${target.alias}.histograms ${renumbered(sources, "histograms", "p.bounds, p.counts", part)}
         ORDER BY series, time, bounds, counts`,
      );
    }
    await connection.run(
      `INSERT INTO ${target.alias}.series
       SELECT m.series, ${ALL_COLUMNS.filter((column) => column !== "unit")
         .toSpliced(3, 0, "unit")
         .map((column) => `any_value(m.${column})`)
         .join(", ")},
         any_value(s.first_ms), any_value(s.last_ms), any_value(s.last_value), any_value(s.samples)
       FROM mapping m JOIN (
         SELECT series, min(time) AS first_ms, max(time) AS last_ms, max({'time': time, 'value': value}).value AS last_value, count(*) AS samples
         FROM ${target.alias}.points GROUP BY series
         UNION ALL SELECT series, min(time), max(time), NULL, count(*) FROM ${target.alias}.histograms GROUP BY series) s USING (series)
       GROUP BY m.series ORDER BY m.series`,
    );
    const starts = sources.map(({ alias }) => `SELECT process, started FROM ${alias}.starts`);
    await connection.run(
      `INSERT INTO ${target.alias}.starts SELECT process, min(started) FROM (${starts.join(" UNION ALL ")}) GROUP BY process`,
    );
    await appendRanges(connection, target, ranges);
    const replaces = await connection.createAppender("replaces", "main", target.alias);
    appendRows(
      replaces,
      [VARCHAR],
      sources.map(({ name }) => [name]),
    );
    replaces.closeSync();
    await connection.run("COMMIT");
  } catch (error) {
    await rollBack(connection);
    throw error;
  }
  await connection.run(`CHECKPOINT ${target.alias}`);
  await connection.run("DROP TABLE IF EXISTS mapping");
  const [row] = await rows(
    connection,
    `SELECT CAST(coalesce(sum(samples), 0) AS DOUBLE), CAST(min(first_ms) AS DOUBLE), CAST(max(last_ms) AS DOUBLE) FROM ${target.alias}.series`,
  );
  [target.points, target.minMs, target.maxMs] = row as [number, number | null, number | null];
}

/** Series `first` to `last` of the new dictionary, sorted in one go. */
interface Part {
  readonly first: number;
  readonly last: number;
}

/** Parts of the new file that are sorted one after the other: a whole day at once would take as much memory. */
async function parts(
  connection: DuckDBConnection,
  sources: readonly StoreFile[],
  table: string,
  partSamples: number,
): Promise<Part[]> {
  const counts = sources.map(
    ({ alias }, file) =>
      `SELECT m.series, count(*) AS samples FROM ${alias}.${table} p JOIN mapping m ON m.file = ${file} AND p.series = m.id GROUP BY m.series`,
  );
  const found = await rows(
    connection,
    `SELECT series, CAST(sum(samples) AS DOUBLE) FROM (${counts.join(" UNION ALL ")}) GROUP BY series ORDER BY series`,
  );
  const list: { first: number; last: number; samples: number }[] = [];
  for (const [series, samples] of found as [number, number][]) {
    const open = list.at(-1);
    if (open === undefined || open.samples + samples > partSamples) list.push({ first: series, last: series, samples });
    else {
      open.last = series;
      open.samples += samples;
    }
  }
  return list;
}

function renumbered(sources: readonly StoreFile[], table: string, columns: string, { first, last }: Part): string {
  return sources
    .map(
      ({ alias }, file) =>
        `SELECT m.series, p.time, ${columns} FROM ${alias}.${table} p
         JOIN (SELECT id, series FROM mapping WHERE file = ${file} AND series BETWEEN ${first} AND ${last}) m ON p.series = m.id`,
    )
    .join(" UNION ALL ");
}

/** The batch ids of files within the dedup window, joined to ranges. */
async function keptRanges(
  connection: DuckDBConnection,
  sources: readonly StoreFile[],
  nowMs: number,
): Promise<BatchRange[]> {
  const found: BatchRange[] = [];
  for (const { alias, day } of sources) {
    if (isPastWindow(day, nowMs)) continue;
    for (const [producer, first, last] of await rows(
      connection,
      `SELECT producer, CAST(first AS DOUBLE), CAST(last AS DOUBLE) FROM ${alias}.batches WHERE producer IS NOT NULL`,
    )) {
      found.push({ producer: producer as string, first: first as number, last: last as number });
    }
  }
  return mergeRanges(found);
}

/** Whether all batches that arrived on this day are older than the dedup window. */
export function isPastWindow(day: string, nowMs: number): boolean {
  return Date.parse(`${day}T00:00:00Z`) + 24 * 3_600_000 < nowMs - DEDUP_WINDOW_MS;
}

async function appendRanges(
  connection: DuckDBConnection,
  target: StoreFile,
  ranges: readonly BatchRange[],
): Promise<void> {
  const appender = await connection.createAppender("batches", "main", target.alias);
  appendRows(
    appender,
    [BIGINT, VARCHAR, BIGINT, BIGINT],
    ranges.map(({ producer, first, last }) => [null, producer, BigInt(first), BigInt(last)]),
  );
  appender.closeSync();
}
