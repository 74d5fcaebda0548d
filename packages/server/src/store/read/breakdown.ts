import { BIGINT, type DuckDBConnection } from "@duckdb/node-api";
import { StoreError } from "../error.js";
import { numbers } from "../files/engine.js";
import type { StoreFile } from "../files/store-file.js";
import type { BreakdownRequest, BreakdownResult, ScanRequest } from "../messages.js";
import { BreakdownRows, DIMENSIONS, keptTransactions } from "./breakdown-rows.js";
import { MAX_SERIES } from "./limits.js";
import { type FileSelection, Selection } from "./selection.js";
import { sourceOf } from "./sources.js";
import { automaticStep } from "./step.js";
import { type Window, windowOf } from "./window.js";

const SUM = "span.self_time.sum.us";
const COUNT = "span.self_time.count";
/** Points of all rows of an answer together: it is made of objects in one go, and whatever else the server does waits meanwhile. */
const MAX_CELLS = 550_000;

/**
 * Self time by transaction and span type over a window (breakdown.md): all samples are deltas, so they add. Of more than an answer can hold, the
 * transactions with least time are joined.
 */
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
  const rows = new BreakdownRows(window.steps, await kept(connection, selection, found, window));
  await addUp(connection, selection, found, window, (labels, step, sum) => {
    const row = rows.of(labels);
    row.sumUs += sum;
    row.values[step] = (Number.isNaN(row.values[step]) ? 0 : (row.values[step] as number)) + sum;
  });
  const counts = new Selection(scanOf(request, COUNT));
  await addUp(connection, counts, await counts.find(connection, touching), window, (labels, _step, count) => {
    rows.of(labels).count += count;
  });
  return { stepMs, firstMs: window.firstMs, rows: rows.list() };
}

/** The transactions with rows of their own; undefined: all. Throws when not even the span types by themselves fit. */
async function kept(
  connection: DuckDBConnection,
  selection: Selection,
  found: readonly FileSelection[],
  window: Window,
): Promise<Set<string> | undefined> {
  const { groups } = selection;
  const maxRows = Math.min(MAX_SERIES, Math.floor(MAX_CELLS / Math.max(1, window.steps)));
  if (groups.length <= maxRows) return undefined;
  const transactions = keptTransactions(groups, await totals(connection, selection, found, window), maxRows);
  if (transactions !== undefined) return transactions;
  throw new StoreError(
    "TOO_MANY_SERIES",
    `more than ${maxRows} span types of ${window.steps} points: use a longer step, or name a service or a transaction`,
  );
}

/** The time of each group within the window. */
async function totals(
  connection: DuckDBConnection,
  selection: Selection,
  found: readonly FileSelection[],
  window: Window,
): Promise<Map<number, number>> {
  const sums = new Map<number, number>();
  const whole = { ...window, firstMs: window.fromMs, stepMs: Math.max(1, window.toMs - window.fromMs), steps: 1 };
  await addUp(connection, selection, found, whole, (_labels, _step, sum, group) => {
    sums.set(group, (sums.get(group) ?? 0) + sum);
  });
  return sums;
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
  found: readonly FileSelection[],
  window: Window,
  use: (labels: Record<string, string>, step: number, sum: number, group: number) => void,
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
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const [series, steps, sums] = [0, 1, 2].map((column) => numbers(chunk, column));
    for (let row = 0; row < chunk.rowCount; row++) {
      const group = selection.series[series?.[row] as number]?.group as number;
      use(selection.groups[group] ?? {}, steps?.[row] as number, sums?.[row] as number, group);
    }
  }
}
