import {
  DOUBLE,
  type DuckDBConnection,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  LIST,
  listValue,
} from "@duckdb/node-api";
import { rows } from "../files/engine.js";
import { IDENTITY_COLUMNS } from "../files/schema.js";
import { type StoreFile, timesOf } from "../files/store-file.js";
import type { StoredMetric, StoredService } from "../messages.js";
import { metricKind, type SeriesKind } from "../write/kind.js";
import type { Statement } from "./sources.js";

/** The services of these files. */
export async function listServices(connection: DuckDBConnection, read: readonly StoreFile[]): Promise<StoredService[]> {
  const source = await seriesSource(connection, read);
  if (source === undefined) return [];
  const found = await rows(
    connection,
    `SELECT service, list(DISTINCT environment), list(DISTINCT node), arg_max(agent_name, last_ms), arg_max(agent_version, last_ms),
       min(first_ms), max(last_ms)
     FROM (${source.sql}) GROUP BY service ORDER BY service`,
    source.values,
    source.types,
  );
  return found.map(([name, environments, nodes, agentName, agentVersion, first, last]) => ({
    name: name as string,
    environments: texts(environments),
    nodes: texts(nodes),
    agentName: agentName as string | null,
    agentVersion: agentVersion as string | null,
    firstMs: first as number,
    lastMs: last as number,
  }));
}

/** The metrics of a service, or of all. Kind and unit are those of the newest series. */
export async function listMetrics(
  connection: DuckDBConnection,
  read: readonly StoreFile[],
  service: string | undefined,
): Promise<StoredMetric[]> {
  const source = await seriesSource(connection, read);
  if (source === undefined) return [];
  const identity = IDENTITY_COLUMNS.join(", ");
  const found = await rows(
    connection,
    `SELECT metric, arg_max(kind, last_ms), arg_max(inferred, last_ms), arg_max(unit, last_ms) FILTER (unit IS NOT NULL),
       list(DISTINCT labels), CAST(count(DISTINCT hash(${identity})) AS DOUBLE), min(first_ms), max(last_ms)
     FROM (${source.sql}) WHERE $service IS NULL OR service = $service GROUP BY metric ORDER BY metric`,
    { ...source.values, service: service ?? null },
    source.types,
  );
  return found.map(([name, kind, inferred, unit, labels, series, first, last]) => ({
    name: name as string,
    kind: metricKind(kind as SeriesKind),
    inferred: inferred as boolean,
    unit: unit as string | null,
    labels: [...new Set(texts(labels).flatMap((text) => Object.keys(JSON.parse(text) as object)))].sort(),
    series: series as number,
    firstMs: first as number,
    lastMs: last as number,
  }));
}

/** Label keys and their values, of a service and a metric or of all. */
export async function listLabels(
  connection: DuckDBConnection,
  read: readonly StoreFile[],
  service: string | undefined,
  metric: string | undefined,
): Promise<Record<string, string[]>> {
  const source = await seriesSource(connection, read);
  if (source === undefined) return {};
  const found = await rows(
    connection,
    `SELECT DISTINCT labels FROM (${source.sql})
     WHERE ($service IS NULL OR service = $service) AND ($metric IS NULL OR metric = $metric)`,
    { ...source.values, service: service ?? null, metric: metric ?? null },
    source.types,
  );
  const values = new Map<string, Set<string>>();
  for (const [text] of found) {
    for (const [key, value] of Object.entries(JSON.parse(text as string) as Record<string, string>)) {
      const known = values.get(key) ?? new Set();
      values.set(key, known.add(value));
    }
  }
  return Object.fromEntries([...values].sort().map(([key, known]) => [key, [...known].sort()]));
}

/** The series of these files that hold events, with the times of the first and last. */
async function seriesSource(connection: DuckDBConnection, read: readonly StoreFile[]): Promise<Statement | undefined> {
  const values: Record<string, DuckDBValue> = {};
  const types: Record<string, DuckDBType> = {};
  const columns = [...IDENTITY_COLUMNS, "unit"].join(", ");
  const parts: string[] = [];
  for (const file of read) {
    if (file.state === "sorted") {
      parts.push(
        `SELECT ${columns}, CAST(first_ms AS DOUBLE) AS first_ms, CAST(last_ms AS DOUBLE) AS last_ms FROM ${file.alias}.series`,
      );
      continue;
    }
    const { ids, first, last } = (await timesOf(connection, file)).known();
    const index = parts.length;
    values[`id${index}`] = listValue(ids);
    values[`first${index}`] = listValue(first);
    values[`last${index}`] = listValue(last);
    types[`id${index}`] = LIST(INTEGER);
    types[`first${index}`] = LIST(DOUBLE);
    types[`last${index}`] = LIST(DOUBLE);
    parts.push(
      `SELECT ${columns}, t.first_ms, t.last_ms FROM ${file.alias}.series s JOIN (
         SELECT unnest($id${index}) AS id, unnest($first${index}) AS first_ms, unnest($last${index}) AS last_ms) t ON s.id = t.id`,
    );
  }
  return parts.length === 0 ? undefined : { sql: parts.join(" UNION ALL "), values, types };
}

/** The texts of a list, without nulls, sorted. */
function texts(list: unknown): string[] {
  const items = (list as { items: readonly (string | null)[] } | null)?.items ?? [];
  return items.filter((item): item is string => item !== null).sort();
}
