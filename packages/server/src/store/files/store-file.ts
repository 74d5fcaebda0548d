import { rmSync } from "node:fs";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { rows } from "./engine.js";
import { type ManifestFile, parseFileName } from "./manifest.js";
import { SeriesTimes } from "./series-times.js";

/** A file of the store, attached to the engine. */
export interface StoreFile extends ManifestFile {
  state: "open" | "closed" | "sorted";
  points: number;
  minMs: number | null;
  maxMs: number | null;
  readonly path: string;
  /** Name under which the engine knows it; made of day and generation, never of what a user sent. */
  readonly alias: string;
  /** Event times of the series; absent until asked for in a file found on opening. A sorted file has them in its dictionary. */
  times: SeriesTimes | undefined;
  /** Queries that read it. */
  readers: number;
  /** Out of the manifest; removed once no query reads it. */
  retired: boolean;
  /** Why it cannot be read. */
  damage: string | undefined;
}

/** A file that the manifest lists or will list. Throws on a foreign name. */
export function storeFile(dataDir: string, file: ManifestFile): StoreFile {
  const parsed = parseFileName(file.name);
  if (parsed === undefined) throw new Error(`not a store file: ${file.name}`);
  return {
    ...file,
    path: join(dataDir, file.name),
    alias: `f${parsed.day.replaceAll("-", "")}_g${parsed.generation}`,
    times: file.state === "open" ? new SeriesTimes() : undefined,
    readers: 0,
    retired: false,
    damage: undefined,
  };
}

/** Event times of the series of a file that is not sorted. */
export async function timesOf(connection: DuckDBConnection, file: StoreFile): Promise<SeriesTimes> {
  if (file.times !== undefined) return file.times;
  const times = new SeriesTimes();
  const found = await rows(
    connection,
    `SELECT series, CAST(min(time) AS DOUBLE), CAST(max(time) AS DOUBLE) FROM
      (SELECT series, time FROM ${file.alias}.points UNION ALL SELECT series, time FROM ${file.alias}.histograms) GROUP BY series`,
  );
  for (const [series, first, last] of found as [number, number, number][]) {
    times.note(series, first);
    times.note(series, last);
  }
  file.times = times;
  return times;
}

/** Counts what a file found on opening holds. */
export async function summarize(connection: DuckDBConnection, file: StoreFile): Promise<void> {
  const [row] = await rows(
    connection,
    `SELECT CAST(count(*) AS DOUBLE), CAST(min(time) AS DOUBLE), CAST(max(time) AS DOUBLE) FROM
      (SELECT time FROM ${file.alias}.points UNION ALL SELECT time FROM ${file.alias}.histograms)`,
  );
  [file.points, file.minMs, file.maxMs] = row as [number, number | null, number | null];
}

/** Removes a file and its log. */
export function removeFile(path: string): void {
  rmSync(path, { force: true });
  rmSync(`${path}.wal`, { force: true });
}

/** Order of the manifest: by arrival day and generation. */
export function byName(a: StoreFile, b: StoreFile): number {
  return a.day < b.day ? -1 : a.day > b.day ? 1 : a.name.localeCompare(b.name, "en", { numeric: true });
}
