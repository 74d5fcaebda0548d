import { BIGINT, type DuckDBConnection } from "@duckdb/node-api";
import { numbers } from "./engine.js";
import { StoreError } from "./error.js";
import { MAX_SERIES } from "./limits.js";
import type { BreakdownRequest, BreakdownResult, BreakdownRow, ScanRequest } from "./messages.js";
import { Selection } from "./selection.js";
import { sourceOf } from "./sources.js";
import { automaticStep } from "./step.js";
import type { StoreFile } from "./store-file.js";
import { windowOf } from "./window.js";

const DIMENSIONS = ["transaction.name", "transaction.type", "span.type", "span.subtype"] as const;
const SUM = "span.self_time.sum.us";
const COUNT = "span.self_time.count";
/** Points of all rows of an answer together: it is made of objects in one go, and whatever else the server does waits meanwhile. */
const MAX_CELLS = 550_000;

/** Self time by transaction and span type over a window (breakdown.md): all samples are deltas, so they add. */
export async function breakdown(
  connection: DuckDBConnection,
  files: readonly StoreFile[],
  request: BreakdownRequest,
): Promise<BreakdownResult> {
  const touching = files.filter((file) => (file.maxMs ?? 0) >= request.fromMs);
  const sums = scanOf(request, SUM);
  const selection = new Selection(sums);
  const found = await selection.find(connection, touching);
  const stepMs = request.stepMs || (await automaticStep(connection, found, sums));
  const window = windowOf(request.fromMs, request.toMs, stepMs);
  if (selection.groups.length > MAX_SERIES) {
    throw new StoreError(
      "TOO_MANY_SERIES",
      `${selection.groups.length} transactions and span types; at most ${MAX_SERIES}: name a service or a transaction`,
    );
  }
  if (selection.groups.length * window.steps > MAX_CELLS) {
    throw new StoreError(
      "TOO_MANY_POINTS",
      `${selection.groups.length} transactions and span types of ${window.steps} points; at most ${MAX_CELLS} points in all: use a longer step, or name a service or a transaction`,
    );
  }
  const rows = new Map<string, { row: BreakdownRow; count: number; sumUs: number }>();
  const rowOf = (labels: Record<string, string>): { row: BreakdownRow; count: number; sumUs: number } => {
    const key = JSON.stringify(labels);
    let entry = rows.get(key);
    if (entry === undefined) {
      const [transactionName, transactionType, spanType, spanSubtype] = DIMENSIONS.map(
        (name) => labels[name] ?? "",
      ) as [string, string, string, string];
      const values = new Float64Array(window.steps).fill(Number.NaN);
      entry = {
        row: { transactionName, transactionType, spanType, spanSubtype, count: 0, sumUs: 0, values },
        count: 0,
        sumUs: 0,
      };
      rows.set(key, entry);
    }
    return entry;
  };
  await addUp(connection, selection, found, window, (labels, step, sum) => {
    const entry = rowOf(labels);
    entry.sumUs += sum;
    entry.row.values[step] = sum;
  });
  const counts = new Selection(scanOf(request, COUNT));
  await addUp(connection, counts, await counts.find(connection, touching), window, (labels, _step, count) => {
    rowOf(labels).count += count;
  });
  return {
    stepMs,
    firstMs: window.firstMs,
    rows: [...rows.values()].map(({ row, count, sumUs }) => ({ ...row, count, sumUs })),
  };
}

function scanOf(request: BreakdownRequest, metric: string): ScanRequest {
  const filters: { key: string; value: string }[] = [];
  if (request.transaction !== undefined) filters.push({ key: "transaction.name", value: request.transaction });
  if (request.transactionType !== undefined) filters.push({ key: "transaction.type", value: request.transactionType });
  const { service, environment, node, fromMs, toMs, stepMs } = request;
  return {
    metric,
    service,
    environment,
    node,
    filters,
    groupBy: DIMENSIONS,
    fromMs,
    toMs,
    stepMs,
    aggregation: "sum",
    limit: undefined,
  };
}

async function addUp(
  connection: DuckDBConnection,
  selection: Selection,
  found: Awaited<ReturnType<Selection["find"]>>,
  window: ReturnType<typeof windowOf>,
  use: (labels: Record<string, string>, step: number, sum: number) => void,
): Promise<void> {
  const source = sourceOf("points", found, () => true, "p.time >= $from AND p.time < $to");
  if (source === undefined) return;
  const times = { from: window.fromMs, to: window.toMs, first: window.firstMs, step: window.stepMs };
  const values = { ...source.values };
  const types = { ...source.types };
  for (const [name, value] of Object.entries(times)) {
    values[name] = BigInt(value);
    types[name] = BIGINT;
  }
  const result = await connection.stream(
    `SELECT series, CAST((time - $first) // $step AS INTEGER), sum(value) FROM (${source.sql}) GROUP BY ALL`,
    values,
    types,
  );
  const sums = new Map<number, Map<number, number>>();
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const [series, steps, values] = [0, 1, 2].map((column) => numbers(chunk, column));
    for (let row = 0; row < chunk.rowCount; row++) {
      const group = selection.series[series?.[row] as number]?.group as number;
      const known = sums.get(group) ?? new Map<number, number>();
      const step = steps?.[row] as number;
      sums.set(group, known.set(step, (known.get(step) ?? 0) + (values?.[row] as number)));
    }
  }
  for (const [group, steps] of sums) {
    for (const [step, sum] of steps) use(selection.groups[group] ?? {}, step, sum);
  }
}
