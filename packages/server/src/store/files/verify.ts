import type { DuckDBConnection } from "@duckdb/node-api";
import { rows } from "./engine.js";
import { IDENTITY_COLUMNS } from "./schema.js";
import type { StoreFile } from "./store-file.js";

/** Reads every block of a file. False if it cannot be read: its checksums do not fit, or it was cut off. */
export async function isReadable(connection: DuckDBConnection, file: StoreFile): Promise<boolean> {
  try {
    const dictionary = ["id", ...IDENTITY_COLUMNS].join(", ");
    await rows(connection, `SELECT max(hash(${dictionary})) FROM ${file.alias}.series`);
    await rows(connection, `SELECT max(hash(series, time, value)) FROM ${file.alias}.points`);
    await rows(connection, `SELECT max(hash(series, time, bounds, counts)) FROM ${file.alias}.histograms`);
    await rows(connection, `SELECT max(hash(producer, first, last)) FROM ${file.alias}.batches`);
    return true;
  } catch (error) {
    // An interrupted reading says nothing about the file.
    if (/interrupt/i.test(String(error))) return true;
    return !isDamage(error);
  }
}

/** Whether the system did not let the file be opened: whole or damaged, nobody knows. */
export function isRefused(error: unknown): boolean {
  return /permission denied|operation not permitted|too many open files|out of memory/i.test(String(error));
}

/** Whether an error may come from damaged bytes on disk. */
export function isDamage(error: unknown): boolean {
  if (isRefused(error)) return false;
  return /corrupt|checksum|could not read|failed to (read|load|deserialize)|serializ|not a valid|cannot open|read enough|INTERNAL Error/i.test(
    String(error),
  );
}
