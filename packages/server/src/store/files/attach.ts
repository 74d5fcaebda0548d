import { statSync } from "node:fs";
import { dirname } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { WorkerOptions } from "../messages.js";
import { freeBytes } from "./disk.js";
import { literal, rows } from "./engine.js";
import { migrate } from "./schema.js";
import { type StoreFile, summarize } from "./store-file.js";

/** Attaches a file found on opening and brings its tables up to date; one that was being written is closed. Rejects with what the engine says. */
export async function attachFile(
  connection: DuckDBConnection,
  file: StoreFile,
  version: number,
  options: WorkerOptions,
): Promise<void> {
  await connection.run(`ATTACH ${literal(file.path)} AS ${file.alias}`);
  await migrate(connection, file.alias, version);
  await settle(connection, file, options.reserveBytes);
  if (file.state === "open" || file.minMs === null) await summarize(connection, file);
  if (file.state === "open") file.state = "closed";
  file.times = undefined;
}

/** Moves the log that a killed process left into the file: else every opening would read it again. */
async function settle(connection: DuckDBConnection, file: StoreFile, reserveBytes: number): Promise<void> {
  const size = statSync(`${file.path}.wal`, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0 || freeBytes(dirname(file.path)) < reserveBytes + 4 * size) return;
  await connection.run(`CHECKPOINT ${file.alias}`);
}

/** The files that a sorted one among them says it replaces: without a manifest only that tells. */
export async function replacedFiles(connection: DuckDBConnection, files: readonly StoreFile[]): Promise<StoreFile[]> {
  const replaced = new Set<string>();
  for (const file of files) {
    for (const [name] of await rows(connection, `SELECT name FROM ${file.alias}.replaces`)) replaced.add(String(name));
  }
  return files.filter((file) => replaced.has(file.name));
}
