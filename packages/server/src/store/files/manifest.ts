import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StoreError } from "../error.js";

/** Version of the files' tables. A store of an older version is migrated on opening, one of a newer version refused. */
const SCHEMA_VERSION = 2;

/** What the manifest says of one file. */
export interface ManifestFile {
  /** `<day>.g<N>.duckdb`. */
  readonly name: string;
  /** Arrival day, `YYYY-MM-DD`. */
  readonly day: string;
  /** `open`: being written; `closed`: complete, in the order of arrival; `sorted`: rewritten by (metric, series, time). */
  readonly state: "open" | "closed" | "sorted";
  /** Points and histograms; known once the file is closed. */
  readonly points: number;
  /** Oldest and newest event, epoch milliseconds; null while unknown or without events. */
  readonly minMs: number | null;
  readonly maxMs: number | null;
}

/** The list of files that make up the store. What is not listed does not belong to it. */
export interface Manifest {
  readonly schema: number;
  readonly files: readonly ManifestFile[];
}

const NAME = "manifest.json";
const FILE_NAME = /^(\d{4}-\d{2}-\d{2})\.g(\d{1,9})\.duckdb$/;

/** Day and generation of a file's name; undefined for a foreign name. */
export function parseFileName(name: string): { day: string; generation: number } | undefined {
  const match = FILE_NAME.exec(name);
  return match === null ? undefined : { day: match[1] as string, generation: Number(match[2]) };
}

/** Name of a day's generation. */
export function fileName(day: string, generation: number): string {
  return `${day}.g${generation}.duckdb`;
}

/** Reads the manifest. `missing` for a new store, `damaged` if it cannot be read as one. Throws `STORE_TOO_NEW`. */
export function readManifest(dataDir: string): Manifest | "missing" | "damaged" {
  const path = join(dataDir, NAME);
  if (!existsSync(path)) return "missing";
  let manifest: Manifest;
  try {
    manifest = JSON.parse(readFileSync(path, "utf8")) as Manifest;
  } catch {
    return "damaged";
  }
  if (typeof manifest?.schema !== "number" || !Array.isArray(manifest.files)) return "damaged";
  if (manifest.schema > SCHEMA_VERSION) {
    throw new StoreError(
      "STORE_TOO_NEW",
      `${dataDir} was written by a newer version (schema ${manifest.schema}, this one knows ${SCHEMA_VERSION}): use that version, or another data directory`,
    );
  }
  if (manifest.files.some((file) => parseFileName(file.name) === undefined)) return "damaged";
  return manifest;
}

/** Replaces the manifest by one atomic rename, durable before it returns. Of the files it keeps what `ManifestFile` names. */
export function writeManifest(dataDir: string, files: readonly ManifestFile[]): void {
  const listed = files.map(({ name, day, state, points, minMs, maxMs }) => ({
    name,
    day,
    state,
    points,
    minMs,
    maxMs,
  }));
  const manifest: Manifest = { schema: SCHEMA_VERSION, files: listed };
  const path = join(dataDir, NAME);
  const temporary = `${path}.next`;
  const handle = openSync(temporary, "w");
  try {
    // Not writeSync: on a disk that fills up it may write a part and not say so.
    writeFileSync(handle, `${JSON.stringify(manifest, undefined, 1)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, path);
  syncDirectory(dataDir);
}

/** Makes created, renamed and removed names of a directory durable. Windows cannot sync a directory, and needs not to. */
export function syncDirectory(path: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(path, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
