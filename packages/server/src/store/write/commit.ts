import {
  BIGINT,
  BLOB,
  BOOLEAN,
  blobValue,
  DOUBLE,
  type DuckDBAppender,
  type DuckDBBlobVector,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  VARCHAR,
} from "@duckdb/node-api";
import type { CommitRequest } from "../messages.js";
import type { Columns } from "./buffer.js";
import type { SeriesRow } from "./dictionary.js";

/** Rows of one vector of the engine. */
const VECTOR_ROWS = 2048;

const SERIES_TYPES: readonly DuckDBType[] = [
  INTEGER,
  VARCHAR,
  VARCHAR,
  BOOLEAN,
  VARCHAR,
  VARCHAR,
  VARCHAR,
  VARCHAR,
  VARCHAR,
  VARCHAR,
  VARCHAR,
  VARCHAR,
  VARCHAR,
  VARCHAR,
  VARCHAR,
  VARCHAR,
  VARCHAR,
  VARCHAR,
  BIGINT,
  BIGINT,
  DOUBLE,
  BIGINT,
];

/** Writes the rows of a commit into the file, in one transaction. Durable on return. */
export async function writeCommit(connection: DuckDBConnection, alias: string, request: CommitRequest): Promise<void> {
  await connection.run("BEGIN TRANSACTION");
  const { newSeries } = request;
  if (newSeries.length > 0) {
    await append(connection, alias, "series", (appender) => {
      appendRows(appender, SERIES_TYPES, newSeries.map(seriesCells));
    });
  }
  const { columns } = request;
  if (columns.points > 0) await append(connection, alias, "points", (appender) => appendPoints(appender, columns));
  if (columns.histograms > 0) {
    await append(connection, alias, "histograms", (appender) => appendHistograms(appender, columns));
  }
  const commit = BigInt(request.commit);
  await append(connection, alias, "batches", (appender) => {
    const ids = request.batchIds.map(({ producer, sequence }) => [
      commit,
      producer,
      BigInt(sequence),
      BigInt(sequence),
    ]);
    // A commit without batch ids leaves its mark too: after a failure it tells whether the commit was durable.
    appendRows(appender, [BIGINT, VARCHAR, BIGINT, BIGINT], ids.length > 0 ? ids : [[commit, null, null, null]]);
  });
  if (request.starts.length > 0) {
    await append(connection, alias, "starts", (appender) => {
      const starts = request.starts.map(({ process, startedMs }) => [process, BigInt(startedMs)]);
      appendRows(appender, [VARCHAR, BIGINT], starts);
    });
  }
  await connection.run("COMMIT");
}

async function append(
  connection: DuckDBConnection,
  alias: string,
  table: string,
  fill: (appender: DuckDBAppender) => void,
): Promise<void> {
  const appender = await connection.createAppender(table, "main", alias);
  try {
    fill(appender);
    appender.flushSync();
  } finally {
    appender.closeSync();
  }
}

/** Appends rows given as cells. */
export function appendRows(appender: DuckDBAppender, types: readonly DuckDBType[], rows: DuckDBValue[][]): void {
  for (let from = 0; from < rows.length; from += VECTOR_ROWS) {
    const chunk = DuckDBDataChunk.create(types);
    chunk.setRows(rows.slice(from, from + VECTOR_ROWS));
    appender.appendDataChunk(chunk);
  }
}

function seriesCells(row: SeriesRow): DuckDBValue[] {
  return [
    row.id,
    row.metric,
    row.kind,
    row.inferred,
    row.unit,
    row.service,
    row.version,
    row.environment,
    row.node,
    row.host,
    row.process,
    row.agentName,
    row.agentVersion,
    row.labels,
    row.transactionName,
    row.transactionType,
    row.spanType,
    row.spanSubtype,
    null,
    null,
    null,
    null,
  ];
}

function appendPoints(appender: DuckDBAppender, columns: Columns): void {
  for (let from = 0; from < columns.points; from += VECTOR_ROWS) {
    const to = Math.min(from + VECTOR_ROWS, columns.points);
    const chunk = DuckDBDataChunk.create([INTEGER, BIGINT, DOUBLE], to - from);
    fillVector(chunk, 0, columns.series.subarray(from, to));
    fillVector(chunk, 1, columns.time.subarray(from, to));
    fillVector(chunk, 2, columns.value.subarray(from, to));
    appender.appendDataChunk(chunk);
  }
}

function appendHistograms(appender: DuckDBAppender, columns: Columns): void {
  let offset = 0;
  for (let from = 0; from < columns.histograms; from += VECTOR_ROWS) {
    const to = Math.min(from + VECTOR_ROWS, columns.histograms);
    const chunk = DuckDBDataChunk.create([INTEGER, BIGINT, BLOB, BLOB], to - from);
    fillVector(chunk, 0, columns.histogramSeries.subarray(from, to));
    fillVector(chunk, 1, columns.histogramTime.subarray(from, to));
    const bounds = chunk.getColumnVector(2) as DuckDBBlobVector;
    const counts = chunk.getColumnVector(3) as DuckDBBlobVector;
    for (let row = from; row < to; row++) {
      const middle = offset + (columns.histogramLengths[2 * row] as number);
      const end = middle + (columns.histogramLengths[2 * row + 1] as number);
      bounds.setItem(row - from, blobValue(columns.histogramBytes.subarray(offset, middle)));
      counts.setItem(row - from, blobValue(columns.histogramBytes.subarray(middle, end)));
      offset = end;
    }
    bounds.flush();
    counts.flush();
    appender.appendDataChunk(chunk);
  }
}

/** Copies a column into a vector; the engine's classes keep their cells private but stable. */
function fillVector(chunk: DuckDBDataChunk, column: number, cells: Int32Array | BigInt64Array | Float64Array): void {
  const vector = chunk.getColumnVector(column);
  (vector as unknown as { items: { set(cells: Int32Array | BigInt64Array | Float64Array): void } }).items.set(cells);
  vector.flush();
}
