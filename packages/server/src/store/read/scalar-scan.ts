import { BIGINT, DOUBLE, type DuckDBConnection, INTEGER, LIST, listValue } from "@duckdb/node-api";
import type { Aggregation } from "@tidegauge/protocol/query";
import { numbers } from "../files/engine.js";
import type { FileSelection, SelectedSeries, Selection } from "./selection.js";
import { sourceOf } from "./sources.js";
import type { GroupValues, Window } from "./window.js";

/** How the samples of one series within one step become one value. */
export type Reduction = "avg" | "sum" | "min" | "max" | "last" | "count" | "increase" | "none";

/** The reduction of a series that is not a histogram (design: Query semantics). */
export function reductionOf(kind: SelectedSeries["kind"], aggregation: Aggregation): Reduction {
  switch (aggregation) {
    case "avg":
    case "min":
    case "max":
    case "last":
    case "count":
      return aggregation;
    case "sum":
      return kind === "gauge" ? "avg" : kind === "delta" ? "sum" : "increase";
    case "rate":
      return kind === "gauge" ? "none" : kind === "delta" ? "sum" : "increase";
    default:
      return "none";
  }
}

const SQL_REDUCTION: Readonly<Record<Exclude<Reduction, "increase" | "none">, string>> = {
  avg: "avg(value)",
  sum: "sum(value)",
  min: "min(value)",
  max: "max(value)",
  // Of samples at the same time the greatest counts as the last, so that the answer does not depend on the order of arrival.
  last: "max({'time': time, 'value': value}).value",
  count: "CAST(count(*) AS DOUBLE)",
};

/** The last sample of a series before the window, from which its first increase is counted. */
export type Previous = ReadonlyMap<number, number>;

/**
 * Reduces the points of the series that `keep` names within each step and adds them to their groups. `previous` is needed for `increase` only.
 */
export async function scanScalars(
  connection: DuckDBConnection,
  selection: Selection,
  files: readonly FileSelection[],
  window: Window,
  reduction: Exclude<Reduction, "none">,
  keep: (series: number) => boolean,
  factor: number,
  groupValues: (group: number) => GroupValues,
  previous: Previous = new Map(),
): Promise<void> {
  const source = sourceOf("points", files, keep, "p.time >= $from AND p.time < $to");
  if (source === undefined) return;
  const samples = reduction === "increase" ? increases(source.sql) : source.sql;
  const reduce = reduction === "increase" ? "sum(value)" : SQL_REDUCTION[reduction];
  const values = { ...source.values };
  const types = { ...source.types };
  if (reduction === "increase") {
    const kept = [...previous].filter(([series]) => keep(series));
    values.previousSeries = listValue(kept.map(([series]) => series));
    values.previousValue = listValue(kept.map(([, value]) => value));
    types.previousSeries = LIST(INTEGER);
    types.previousValue = LIST(DOUBLE);
  }
  values.groups = listValue(selection.series.map((series) => series.group));
  types.groups = LIST(INTEGER);
  for (const [name, value] of [
    ["from", window.fromMs],
    ["to", window.toMs],
    ["first", window.firstMs],
    ["step", window.stepMs],
  ] as const) {
    values[name] = BigInt(value);
    types[name] = BIGINT;
  }
  const result = await connection.stream(
    `WITH groups AS (SELECT unnest($groups) AS grp, unnest(range(len($groups))) AS series),
     reduced AS (
       SELECT series, CAST((time - $first) // $step AS INTEGER) AS step, ${reduce} AS value
       FROM (${samples}) GROUP BY ALL)
     SELECT grp, step, CAST(count(value) AS DOUBLE), sum(value), min(value), max(value)
     FROM reduced JOIN groups USING (series) WHERE value IS NOT NULL GROUP BY grp, step`,
    values,
    types,
  );
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const [groups, steps, counts, sums, mins, maxs] = [0, 1, 2, 3, 4, 5].map((column) => numbers(chunk, column));
    for (let row = 0; row < chunk.rowCount; row++) {
      groupValues(groups?.[row] as number).add(
        steps?.[row] as number,
        counts?.[row] as number,
        (sums?.[row] as number) * factor,
        (mins?.[row] as number) * factor,
        (maxs?.[row] as number) * factor,
      );
    }
  }
}

/**
 * Increases between neighbouring samples, each at the time of the later one. A fall is a restart and counts from 0. The first sample of a series
 * has none, unless `previous` knows one.
 */
function increases(source: string): string {
  return `SELECT series, time, CASE WHEN value >= before THEN value - before ELSE value END AS value FROM (
    SELECT series, time, value, lag(value) OVER (PARTITION BY series ORDER BY time, value) AS before FROM (
      ${source}
      UNION ALL SELECT unnest($previousSeries), $from - 1, unnest($previousValue)))
    WHERE before IS NOT NULL AND time >= $from`;
}
