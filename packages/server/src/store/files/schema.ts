import type { DuckDBConnection } from "@duckdb/node-api";

/**
 * Tables of a file. `series` is the file's own dictionary; its last four columns are filled when the file is sorted. `batches` holds the batch ids
 * as ranges of a producer's sequence; a row without a producer marks a commit. `replaces` names the files a sorted one was made of.
 */
const TABLES = [
  `series(
    id INTEGER, metric VARCHAR, kind VARCHAR, inferred BOOLEAN, unit VARCHAR,
    service VARCHAR, version VARCHAR, environment VARCHAR, node VARCHAR, host VARCHAR, process VARCHAR,
    agent_name VARCHAR, agent_version VARCHAR, labels VARCHAR,
    transaction_name VARCHAR, transaction_type VARCHAR, span_type VARCHAR, span_subtype VARCHAR,
    first_ms BIGINT, last_ms BIGINT, last_value DOUBLE, samples BIGINT)`,
  "points(series INTEGER, time BIGINT, value DOUBLE)",
  "histograms(series INTEGER, time BIGINT, bounds BLOB, counts BLOB)",
  "batches(commit_id BIGINT, producer VARCHAR, first BIGINT, last BIGINT)",
  "starts(process VARCHAR, started BIGINT)",
  "replaces(name VARCHAR)",
];

/**
 * What brings a file from version `index + 1` to the next. Each step may meet a file that has it already: a crash during a migration, or a list that
 * had to be made anew.
 */
const MIGRATIONS: readonly (readonly string[])[] = [
  // 2: a sorted file names the files it replaces.
  ["CREATE TABLE IF NOT EXISTS {file}.replaces(name VARCHAR)"],
];

/** Brings the tables of a file from a version to the present one. */
export async function migrate(connection: DuckDBConnection, alias: string, fromVersion: number): Promise<void> {
  for (const step of MIGRATIONS.slice(fromVersion - 1).flat()) await connection.run(step.replace("{file}", alias));
}

/** Columns that say which series a row is, beside its id and unit; equal in every file that holds the series. */
export const IDENTITY_COLUMNS = [
  "metric",
  "kind",
  "inferred",
  "service",
  "version",
  "environment",
  "node",
  "host",
  "process",
  "agent_name",
  "agent_version",
  "labels",
  "transaction_name",
  "transaction_type",
  "span_type",
  "span_subtype",
] as const;

/** Creates the tables of a new file, in one transaction: each would else be made durable by itself. */
export async function createTables(connection: DuckDBConnection, alias: string): Promise<void> {
  await connection.run("BEGIN TRANSACTION");
  try {
    for (const table of TABLES) await connection.run(`CREATE TABLE ${alias}.${table}`);
    await connection.run("COMMIT");
  } catch (error) {
    await connection.run("ROLLBACK").catch(() => undefined);
    throw error;
  }
}
