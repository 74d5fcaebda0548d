import { AGGREGATIONS, parseTime } from "@tidegauge/protocol/query";
import { z } from "zod";
import { DEFAULT_BUCKETS, MAX_BUCKETS, MAX_SERIES } from "../store/limits.js";
import {
  type BreakdownRequest,
  type BucketsRequest,
  EXPORT_FORMATS,
  type ExportRequest,
  type ProcessesRequest,
  type ScanRequest,
} from "../store/messages.js";
import { filter, keys, limitUpTo, MAX_TEXT, optional, step } from "./fields.js";

/** The query is wrong: answered 400 with this code. */
export class BadQuery extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = "BadQuery";
  }
}

/** What selects series, and in which steps. */
const SELECTION = {
  metric: z.string({ message: "name the metric" }).min(1, { message: "name the metric" }).max(MAX_TEXT),
  service: optional,
  environment: optional,
  node: optional,
  filter,
  step,
};

const QUERY = z.object({
  ...SELECTION,
  aggregation: z
    .string()
    .default("avg")
    .pipe(z.enum(AGGREGATIONS, { message: `must be one of ${AGGREGATIONS.join(", ")}` })),
  group_by: keys,
  limit: limitUpTo(MAX_SERIES),
});

const BUCKETS = z.object({ ...SELECTION, limit: limitUpTo(MAX_BUCKETS) });

const PROCESSES = z.object({ service: optional, environment: optional, node: optional });

const BREAKDOWN = z.object({
  service: optional,
  environment: optional,
  node: optional,
  transaction: optional,
  transaction_type: optional,
  step,
});

const EXPORT = z.object({
  format: z
    .string()
    .default("ndjson")
    .pipe(z.enum(EXPORT_FORMATS, { message: `must be one of ${EXPORT_FORMATS.join(", ")}` })),
  service: optional,
  metric: optional,
});

const CATALOG = z.object({ service: optional, metric: optional });

/** The parameters of `/api/v1/query`. Throws `BadQuery`. */
export function queryRequest(parameters: URLSearchParams, nowMs: number): ScanRequest {
  const { filter: filters, step: stepMs, group_by: groupBy, ...rest } = selecting(QUERY, parameters);
  return { ...rest, filters, stepMs, groupBy, ...times(parameters, nowMs) };
}

/** The parameters of `/api/v1/buckets`. Throws `BadQuery`. */
export function bucketsRequest(parameters: URLSearchParams, nowMs: number): BucketsRequest {
  const { filter: filters, step: stepMs, limit: buckets = DEFAULT_BUCKETS, ...rest } = selecting(BUCKETS, parameters);
  const every = { aggregation: "count", groupBy: [], limit: undefined } as const;
  return { ...rest, filters, stepMs, buckets, ...every, ...times(parameters, nowMs) };
}

/** The parameters of `/api/v1/processes`. Throws `BadQuery`. */
export function processesRequest(parameters: URLSearchParams, nowMs: number): ProcessesRequest {
  const { service, environment, node } = parse(PROCESSES, single(parameters));
  return { service, environment, node, ...times(parameters, nowMs) };
}

/** The parameters of `/api/v1/breakdown`. Throws `BadQuery`. */
export function breakdownRequest(parameters: URLSearchParams, nowMs: number): BreakdownRequest {
  const {
    service,
    environment,
    node,
    transaction,
    transaction_type,
    step: stepMs,
  } = parse(BREAKDOWN, single(parameters));
  return {
    service,
    environment,
    node,
    transaction,
    transactionType: transaction_type,
    stepMs,
    ...times(parameters, nowMs),
  };
}

/** The parameters of `/api/v1/metrics` and `/api/v1/labels`. Throws `BadQuery`. */
export function catalogRequest(parameters: URLSearchParams): {
  service: string | undefined;
  metric: string | undefined;
} {
  const { service, metric } = parse(CATALOG, single(parameters));
  return { service, metric };
}

/** The parameters of `/api/v1/export`; without `from` and `to` everything. Throws `BadQuery`. */
export function exportRequest(parameters: URLSearchParams, nowMs: number): Omit<ExportRequest, "path"> {
  const { format, service, metric } = parse(EXPORT, single(parameters));
  const [fromMs, toMs] = (["from", "to"] as const).map((name) => {
    const text = parameters.get(name) || undefined;
    return text === undefined ? undefined : time(name, text, nowMs);
  });
  if (fromMs !== undefined && toMs !== undefined && fromMs > toMs) throw new BadQuery("bad_range", "from is after to");
  return { format, service, metric, fromMs, toMs };
}

/** `from` defaults to 15 minutes ago, `to` to now. */
function times(parameters: URLSearchParams, nowMs: number): { fromMs: number; toMs: number } {
  const fromMs = time("from", parameters.get("from") || "now-15m", nowMs);
  const toMs = time("to", parameters.get("to") || "now", nowMs);
  if (fromMs > toMs) throw new BadQuery("bad_range", "from is after to");
  return { fromMs, toMs };
}

function time(name: "from" | "to", text: string, nowMs: number): number {
  const timeMs = parseTime(text, nowMs);
  if (timeMs !== undefined) return timeMs;
  throw new BadQuery(`bad_${name}`, `${name}: must be ISO 8601, epoch milliseconds or relative like now-15m`);
}

function single(parameters: URLSearchParams): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of parameters) if (!Object.hasOwn(values, name)) values[name] = value;
  return values;
}

/** Parameters among which `filter` may stand several times. */
function selecting<T extends z.ZodType>(schema: T, parameters: URLSearchParams): z.output<T> {
  return parse(schema, { ...single(parameters), filter: parameters.getAll("filter") });
}

function parse<T extends z.ZodType>(schema: T, values: Record<string, unknown>): z.output<T> {
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0] ?? "query");
  const missing = name === "metric" && (values.metric === undefined || values.metric === "");
  throw new BadQuery(missing ? "missing_metric" : `bad_${name}`, `${name}: ${issue?.message ?? "is wrong"}`);
}
