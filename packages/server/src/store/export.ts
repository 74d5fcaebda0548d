import {
  BIGINT,
  DOUBLE,
  type DuckDBBlobVector,
  type DuckDBConnection,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  LIST,
  listValue,
} from "@duckdb/node-api";
import { appendRows } from "./commit.js";
import { numbers, rows } from "./engine.js";
import { StoreError } from "./error.js";
import { decodeBounds, decodeCounts } from "./histogram.js";
import type { ExportRequest } from "./messages.js";
import type { StoreFile } from "./store-file.js";

const FORMATS: Readonly<Record<ExportRequest["format"], string>> = {
  parquet: "FORMAT parquet, COMPRESSION zstd",
  ndjson: "FORMAT json",
  csv: "FORMAT csv, HEADER",
};

const COLUMNS = `service, environment, version AS service_version, node, host, process, metric, kind, unit, labels,
  transaction_name, transaction_type, span_type, span_subtype`;

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
  const values: Record<string, DuckDBValue> = {
    from: request.fromMs === undefined ? null : BigInt(request.fromMs),
    to: request.toMs === undefined ? null : BigInt(request.toMs),
    service: request.service ?? null,
    metric: request.metric ?? null,
  };
  const types: Record<string, DuckDBType> = { from: BIGINT, to: BIGINT };
  const parts: string[] = [];
  for (const [index, file] of files.entries()) {
    await decodeHistograms(connection, file, index);
    const chosen = `($service IS NULL OR service = $service) AND ($metric IS NULL OR metric = $metric)
      AND ($from IS NULL OR p.time >= $from) AND ($to IS NULL OR p.time < $to)`;
    parts.push(
      `SELECT ${COLUMNS}, p.time, p.value, NULL AS values, NULL AS counts
       FROM ${file.alias}.points p JOIN ${file.alias}.series s ON p.series = s.id WHERE ${chosen}`,
      `SELECT ${COLUMNS}, p.time, NULL, p.bucket_values, p.bucket_counts
       FROM exported_histograms p JOIN ${file.alias}.series s ON p.series = s.id WHERE p.file = ${index} AND ${chosen}`,
    );
  }
  if (parts.length === 0) parts.push(EMPTY);
  try {
    const [row] = await rows(
      connection,
      `COPY (SELECT * REPLACE (make_timestamp(time * 1000) AS time) FROM (${parts.join(" UNION ALL ")}) ORDER BY metric, service, process, labels, time)
       TO $path (${FORMATS[request.format]})`,
      { ...values, path: request.path },
      types,
    );
    return { rows: Number(row?.[0]) };
  } catch (error) {
    if (/IO Error|Permission|No such file|Cannot open/i.test(String(error))) {
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

async function decodeHistograms(connection: DuckDBConnection, file: StoreFile, index: number): Promise<void> {
  const result = await connection.stream(
    `SELECT series, CAST(time AS DOUBLE), bounds, counts FROM ${file.alias}.histograms`,
  );
  const decoded: DuckDBValue[][] = [];
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const series = numbers(chunk, 0);
    const time = numbers(chunk, 1);
    const bounds = chunk.getColumnVector(2) as DuckDBBlobVector;
    const counts = chunk.getColumnVector(3) as DuckDBBlobVector;
    for (let row = 0; row < chunk.rowCount; row++) {
      const bucketValues = decodeBounds(bounds.getItemBytes(row) ?? new Uint8Array());
      const bucketCounts = decodeCounts(counts.getItemBytes(row) ?? new Uint8Array(), bucketValues.length);
      decoded.push([
        index,
        series[row] as number,
        BigInt(time[row] as number),
        listValue([...bucketValues]),
        listValue([...bucketCounts].map((count) => BigInt(count))),
      ]);
    }
  }
  if (decoded.length === 0) return;
  const appender = await connection.createAppender("exported_histograms", "main", "temp");
  appendRows(appender, [INTEGER, INTEGER, BIGINT, LIST(DOUBLE), LIST(BIGINT)], decoded);
  appender.closeSync();
}
