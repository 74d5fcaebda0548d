import { type DuckDBType, type DuckDBValue, INTEGER, LIST, listValue } from "@duckdb/node-api";
import type { FileSelection } from "./selection.js";

/** SQL text with its parameters. */
export interface Statement {
  readonly sql: string;
  readonly values: Record<string, DuckDBValue>;
  readonly types: Record<string, DuckDBType>;
}

/** The samples of selected series over several files, as one relation `(series, <columns>)` with the query's series indexes. */
export function sourceOf(
  table: "points" | "histograms",
  selections: readonly FileSelection[],
  keep: (series: number) => boolean,
  condition: string,
): Statement | undefined {
  const values: Record<string, DuckDBValue> = {};
  const types: Record<string, DuckDBType> = {};
  const parts: string[] = [];
  const columns = table === "points" ? "p.value" : "p.bounds, p.counts";
  selections.forEach(({ file, ids, series }, index) => {
    const keptIds: number[] = [];
    const keptSeries: number[] = [];
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < ids.length; at++) {
      if (!keep(series[at] as number)) continue;
      const id = ids[at] as number;
      keptIds.push(id);
      keptSeries.push(series[at] as number);
      if (id < low) low = id;
      if (id > high) high = id;
    }
    if (keptIds.length === 0) return;
    values[`ids${index}`] = listValue(keptIds);
    values[`series${index}`] = listValue(keptSeries);
    types[`ids${index}`] = LIST(INTEGER);
    types[`series${index}`] = LIST(INTEGER);
    // The range lets the engine skip the parts of a sorted file that hold other metrics. Both are numbers of ours.
    parts.push(
      `SELECT m.series, p.time, ${columns} FROM ${file.alias}.${table} p
       JOIN (SELECT unnest($ids${index}) AS id, unnest($series${index}) AS series) m ON p.series = m.id
       WHERE p.series BETWEEN ${low} AND ${high} AND ${condition}`,
    );
  });
  if (parts.length === 0) return undefined;
  return { sql: parts.join(" UNION ALL "), values, types };
}
