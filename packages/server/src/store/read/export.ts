import { basename } from "node:path";
import {
  BIGINT,
  DOUBLE,
  type DuckDBConnection,
  type DuckDBResult,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  LIST,
  listValue,
  VARCHAR,
} from "@duckdb/node-api";
import { StoreError } from "../error.js";
import { isDiskFull } from "../files/disk.js";
import { rows } from "../files/engine.js";
import type { StoreFile } from "../files/store-file.js";
import type { ExportRequest } from "../messages.js";
import { appendRows } from "../write/commit.js";
import { eachStored } from "./histogram-samples.js";

const FORMATS: Readonly<Record<ExportRequest["format"], string>> = {
  parquet: "FORMAT parquet, COMPRESSION zstd",
  ndjson: "FORMAT json, COMPRESSION none",
  csv: "FORMAT csv, HEADER, COMPRESSION none",
};
/** A text says its time as ISO 8601; parquet has a type for it. */
const TIME = "make_timestamp(time * 1000)";
const ISO_TIME = `strftime(${TIME}, '%Y-%m-%dT%H:%M:%S.%gZ')`;

const COLUMNS = `service, environment, version AS service_version, node, host, process, metric, kind, unit, labels,
  transaction_name, transaction_type, span_type, span_subtype`;
const CHOSEN = `($service IS NULL OR service = $service) AND ($metric IS NULL OR metric = $metric)
  AND ($from IS NULL OR p.time >= $from) AND ($to IS NULL OR p.time < $to)`;
const CHOICE_TYPES: Record<string, DuckDBType> = { from: BIGINT, to: BIGINT, service: VARCHAR, metric: VARCHAR };
/** Greatest number of the column `counts`. What is sent may be twice as much (SRV-30), and is stored as a double: beyond 2^53 it is not exact anyway. */
const MAX_COUNT = 2n ** 63n - 1n;
/** Histograms decoded at a time: what is held in memory, some 100 MB. */
const DECODED_AT_ONCE = 100_000;

/**
 * Writes stored samples to a file, a row for each: who and what, `time`, and `value` or the `values` and `counts` of a histogram. Rejects with
 * `EXPORT_FAILED`, naming the path.
 */
export async function exportFile(
  connection: DuckDBConnection,
  files: readonly StoreFile[],
  request: ExportRequest,
): Promise<{ rows: number }> {
  await connection.run(
    "CREATE OR REPLACE TEMP TABLE exported_histograms(file INTEGER, series INTEGER, time BIGINT, bucket_values DOUBLE[], bucket_counts BIGINT[])",
  );
  const choice: Record<string, DuckDBValue> = {
    from: request.fromMs === undefined ? null : BigInt(request.fromMs),
    to: request.toMs === undefined ? null : BigInt(request.toMs),
    service: request.service ?? null,
    metric: request.metric ?? null,
  };
  const parts: string[] = [];
  try {
    for (const [index, file] of files.entries()) {
      await decodeHistograms(connection, file, index, choice);
      parts.push(
        `SELECT ${COLUMNS}, p.time, p.value, NULL AS values, NULL AS counts
         FROM ${file.alias}.points p JOIN ${file.alias}.series s ON p.series = s.id WHERE ${CHOSEN}`,
        `SELECT ${COLUMNS}, p.time, NULL, p.bucket_values, p.bucket_counts
         FROM exported_histograms p JOIN ${file.alias}.series s ON p.series = s.id WHERE p.file = ${index}`,
      );
    }
    if (parts.length === 0) parts.push(EMPTY);
    const [row] = await rows(
      connection,
      `COPY (SELECT * REPLACE (${request.format === "parquet" ? TIME : ISO_TIME} AS time)
        FROM (SELECT * FROM (${parts.join(" UNION ALL ")}) ORDER BY metric, service, process, labels, time))
       TO $path (${FORMATS[request.format]})`,
      { ...choice, path: request.path },
      CHOICE_TYPES,
    );
    return { rows: Number(row?.[0]) };
  } catch (error) {
    // A file of the store that cannot be read is another matter: the caller sets it aside.
    if (isDiskFull(error) || String(error).includes(basename(request.path))) {
      throw new StoreError("EXPORT_FAILED", `cannot write ${request.path}: choose another path, or free some space`);
    }
    throw error;
  } finally {
    await connection.run("DROP TABLE IF EXISTS exported_histograms").catch(() => undefined);
  }
}

/** The columns of an export without a row. */
const EMPTY = `SELECT '' AS service, '' AS environment, '' AS service_version, '' AS node, '' AS host, '' AS process, '' AS metric, '' AS kind,
  '' AS unit, '' AS labels, '' AS transaction_name, '' AS transaction_type, '' AS span_type, '' AS span_subtype,
  $from AS time, 0.0 AS value, [0.0] AS values, [0] AS counts WHERE false AND $to IS NULL AND $service IS NULL AND $metric IS NULL`;

/** Decodes the chosen histograms of a file, a range of rows after the other: a connection cannot read and append at once. */
async function decodeHistograms(
  connection: DuckDBConnection,
  file: StoreFile,
  index: number,
  choice: Record<string, DuckDBValue>,
): Promise<void> {
  const [last] = await rows(connection, `SELECT CAST(max(rowid) AS DOUBLE) FROM ${file.alias}.histograms`);
  const count = ((last?.[0] as number | null | undefined) ?? -1) + 1;
  for (let first = 0; first < count; first += DECODED_AT_ONCE) {
    const result = await connection.stream(
      `SELECT p.series, CAST(p.time AS DOUBLE), p.bounds, p.counts
       FROM ${file.alias}.histograms p JOIN ${file.alias}.series s ON p.series = s.id
       WHERE p.rowid >= ${first} AND p.rowid < ${first + DECODED_AT_ONCE} AND ${CHOSEN}`,
      choice,
      CHOICE_TYPES,
    );
    const decoded = await decodeRows(result, index);
    if (decoded.length === 0) continue;
    const appender = await connection.createAppender("exported_histograms", "main", "temp");
    try {
      appendRows(appender, [INTEGER, INTEGER, BIGINT, LIST(DOUBLE), LIST(BIGINT)], decoded);
    } finally {
      appender.closeSync();
    }
  }
}

async function decodeRows(result: DuckDBResult, index: number): Promise<DuckDBValue[][]> {
  const decoded: DuckDBValue[][] = [];
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    eachStored(chunk, (series, timeMs, bounds, counts) => {
      decoded.push([index, series, BigInt(timeMs), listValue([...bounds]), listValue([...counts].map(columnCount))]);
    });
  }
  return decoded;
}

function columnCount(count: number): bigint {
  const exact = BigInt(count);
  return exact > MAX_COUNT ? MAX_COUNT : exact;
}
