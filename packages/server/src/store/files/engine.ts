import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance } from "@duckdb/node-api";
import { StoreError } from "../error.js";
import type { WorkerOptions } from "../messages.js";

/** Readers besides the writer: at most so many queries and compactions run at once (the query gate). */
const READERS = 2;

/** The one instance of the database engine and its connections. */
export interface Engine {
  readonly instance: DuckDBInstance;
  readonly writer: DuckDBConnection;
  /** Attaches, creates and detaches files. Never the writer's: that may be within a transaction. */
  readonly keeper: DuckDBConnection;
  readonly readers: readonly DuckDBConnection[];
}

/**
 * Opens the engine on the lock file of the data directory: the engine's own file lock keeps other processes out. Throws `STORE_ALREADY_OPEN`.
 */
export async function openEngine(options: WorkerOptions): Promise<Engine> {
  const temporary = join(options.dataDir, "tmp");
  mkdirSync(temporary, { recursive: true });
  let instance: DuckDBInstance;
  try {
    instance = await DuckDBInstance.create(join(options.dataDir, "lock.duckdb"), {
      threads: String(options.threads),
      memory_limit: `${Math.ceil(options.memoryLimitBytes / 1024)}KiB`,
      checkpoint_threshold: `${Math.ceil(options.checkpointBytes / 1024)}KiB`,
      temp_directory: temporary,
      // Memory that a compaction took goes back to the system in the background; else it stays with the process until the next one.
      allocator_background_threads: "true",
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
    });
  } catch (error) {
    // The engine's words; the path has "lock" in its name.
    if (/conflicting lock|could not set lock|used by another process/i.test(String(error))) {
      throw new StoreError(
        "STORE_ALREADY_OPEN",
        `${options.dataDir} is open in another process: stop it, or choose another data directory`,
      );
    }
    throw new StoreError(
      "STORE_UNAVAILABLE",
      `the store in ${options.dataDir} cannot be opened: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const connections: DuckDBConnection[] = [];
  for (let index = 0; index < READERS + 2; index++) connections.push(await instance.connect());
  const [writer, keeper, ...readers] = connections as [DuckDBConnection, DuckDBConnection, ...DuckDBConnection[]];
  return { instance, writer, keeper, readers };
}

/** Closes every connection and the instance. Nothing may be running. */
export function closeEngine(engine: Engine): void {
  engine.writer.closeSync();
  engine.keeper.closeSync();
  for (const reader of engine.readers) reader.closeSync();
  engine.instance.closeSync();
}

/** Reads a whole result as rows of plain values: BIGINT as bigint. */
export async function rows(
  connection: DuckDBConnection,
  sql: string,
  values?: Parameters<DuckDBConnection["runAndReadAll"]>[1],
  types?: Parameters<DuckDBConnection["runAndReadAll"]>[2],
): Promise<unknown[][]> {
  const reader = await connection.runAndReadAll(sql, values, types);
  return reader.getRows() as unknown[][];
}

/** The cells of an INTEGER or DOUBLE column of a chunk, without a copy. The engine's classes keep them private but stable. */
export function numbers(chunk: DuckDBDataChunk, column: number): Int32Array | Float64Array {
  return (chunk.getColumnVector(column) as unknown as { items: Int32Array | Float64Array }).items;
}

/** A text as an SQL literal. Only for paths of the data directory, never for what a user sent. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
