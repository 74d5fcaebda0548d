import { AGGREGATIONS, parseTime } from "@tidegauge/protocol/query";
import { z } from "zod";
import {
  type BreakdownRequest,
  type BucketsRequest,
  EXPORT_FORMATS,
  type ExportRequest,
  type ProcessesRequest,
  type ScanRequest,
} from "../store/messages.js";
import { DEFAULT_BUCKETS, MAX_BUCKETS, MAX_SERIES } from "../store/read/limits.js";
import { filter, keys, limitUpTo, metric, optional, step } from "./fields.js";

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
  metric,
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

const METRICS = z.object({ service: optional });

const LABELS = z.object({ service: optional, metric: optional });

const NOTHING = z.object({});
/** Characters of a wrong parameter's name that are told. */
const MAX_SHOWN = 64;
const WINDOW = ["from", "to"] as const;

/** The parameters of `/api/v1/query`. Throws `BadQuery`. */
export function queryRequest(parameters: URLSearchParams, nowMs: number): ScanRequest {
  const { filter: filters, step: stepMs, group_by: groupBy, ...rest } = read(QUERY, parameters, WINDOW);
  return { ...rest, filters, stepMs, groupBy, ...times(parameters, nowMs) };
}

/** The parameters of `/api/v1/buckets`. Throws `BadQuery`. */
export function bucketsRequest(parameters: URLSearchParams, nowMs: number): BucketsRequest {
  const {
    filter: filters,
    step: stepMs,
    limit: buckets = DEFAULT_BUCKETS,
    ...rest
  } = read(BUCKETS, parameters, WINDOW);
  const every = { aggregation: "count", groupBy: [], limit: undefined } as const;
  return { ...rest, filters, stepMs, buckets, ...every, ...times(parameters, nowMs) };
}

/** The parameters of `/api/v1/processes`. Throws `BadQuery`. */
export function processesRequest(parameters: URLSearchParams, nowMs: number): ProcessesRequest {
  const { service, environment, node } = read(PROCESSES, parameters, WINDOW);
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
  } = read(BREAKDOWN, parameters, WINDOW);
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

/** The service of `/api/v1/metrics`. Throws `BadQuery`. */
export function metricsRequest(parameters: URLSearchParams): string | undefined {
  return read(METRICS, parameters).service;
}

/** The parameters of `/api/v1/labels`. Throws `BadQuery`. */
export function labelsRequest(parameters: URLSearchParams): {
  service?: string | undefined;
  metric?: string | undefined;
} {
  return read(LABELS, parameters);
}

/** For what has no parameters. Throws `BadQuery`. */
export function noRequest(parameters: URLSearchParams): void {
  read(NOTHING, parameters);
}

/** The parameters of `/api/v1/export`; without `from` and `to` everything. Throws `BadQuery`. */
export function exportRequest(parameters: URLSearchParams, nowMs: number): Omit<ExportRequest, "path"> {
  const { format, service, metric } = read(EXPORT, parameters, WINDOW);
  const [fromMs, toMs] = WINDOW.map((name) => {
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

/** Only `filter` may stand several times. */
const REPEATED = "filter";

/**
 * Checks every parameter by its schema; those of `others` are read elsewhere. One that is not known, or stands twice, would be left out without a
 * word, and the answer be one to another question: it is refused.
 */
function read<T extends z.ZodRawShape>(
  schema: z.ZodObject<T>,
  parameters: URLSearchParams,
  others: readonly string[] = [],
): z.output<z.ZodObject<T>> {
  const known = [...Object.keys(schema.shape), ...others];
  const values: Record<string, string | string[]> = {};
  if (known.includes(REPEATED)) values[REPEATED] = parameters.getAll(REPEATED);
  for (const [name, value] of parameters) {
    if (!known.includes(name)) {
      const list = known.length === 0 ? "there are none" : `there are ${known.join(", ")}`;
      throw new BadQuery("unknown_parameter", `${name.slice(0, MAX_SHOWN)}: no such parameter, ${list}`);
    }
    if (name === REPEATED) continue;
    if (Object.hasOwn(values, name)) throw new BadQuery(`bad_${name}`, `${name}: must be given once`);
    values[name] = value;
  }
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0] ?? "query");
  const isMissing = name === "metric" && !values.metric;
  throw new BadQuery(isMissing ? "missing_metric" : `bad_${name}`, `${name}: ${issue?.message ?? "is wrong"}`);
}
