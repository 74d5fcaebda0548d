import type {
  BreakdownResponse,
  BreakdownTransaction,
  BucketsResponse,
  LabelsResponse,
  MetricKind,
  MetricsResponse,
  Point,
  ProcessesResponse,
  QueryResponse,
  ServicesResponse,
} from "@tidegauge/protocol/query";
import { sendError } from "../http/answer.js";
import type { Exchange, Route } from "../http/route.js";
import type { Sighting } from "../sighting.js";
import { StoreError, type StoreErrorCode } from "../store/error.js";
import type {
  BreakdownRequest,
  BreakdownResult,
  BucketsRequest,
  BucketsResult,
  ProcessesRequest,
  ProcessesResult,
  ScanRequest,
  ScanResult,
} from "../store/messages.js";
import type { Store } from "../store/store.js";
import { sendTagged, sendTaggedText } from "./etag.js";
import { streamEvents } from "./events.js";
import { Exporter } from "./export.js";
import { openApiDocument } from "./openapi.js";
import {
  BadQuery,
  breakdownRequest,
  bucketsRequest,
  exportRequest,
  labelsRequest,
  metricsRequest,
  noRequest,
  processesRequest,
  queryRequest,
} from "./parameters.js";
import { queryText } from "./series-text.js";
import { summarizeServices } from "./services.js";
import { unitOf } from "./unit.js";

/** What the query API answers from. */
export interface QueryRouteOptions {
  readonly store: Store;
  /** Agents that polled their configuration, so that a service is listed before its first report. */
  readonly sightings: () => Iterable<Sighting>;
  /** Present time in epoch milliseconds; for tests. */
  readonly now?: () => number;
}

/** Status and code of an answer when the store cannot give one. */
const STORE_ANSWERS: Readonly<Partial<Record<StoreErrorCode, readonly [status: number, code: string]>>> = {
  TOO_MANY_POINTS: [400, "too_many_points"],
  TOO_MANY_SERIES: [400, "too_many_series"],
  NOT_A_HISTOGRAM: [400, "not_a_histogram"],
  STORE_UNAVAILABLE: [503, "unavailable"],
  STORE_CLOSED: [503, "unavailable"],
  CANCELLED: [503, "unavailable"],
  EXPORT_FAILED: [507, "export_failed"],
};
/** Said in place of the store's own words, which name a path of this machine or do not say what to do. */
const WORDS: Readonly<Partial<Record<StoreErrorCode, string>>> = {
  EXPORT_FAILED:
    "the export cannot be written: ask for less with service, metric, from and to, or free some space for temporary files",
  CANCELLED: "the query was given up because the server is stopping: try again",
};

/** The routes of the query API, `/api/v1/…`: JSON but for the export, read-only, behind the same credentials as the rest (design: Public face of the server). */
export function createQueryRoutes(options: QueryRouteOptions): Route[] {
  const { store, sightings, now = Date.now } = options;
  const exporter = new Exporter(store);
  return [
    read("/api/v1/services", async ({ url, signal }): Promise<ServicesResponse> => {
      noRequest(url.searchParams);
      return { services: summarizeServices(await store.services(signal), sightings(), store.arrivals, now()) };
    }),
    read("/api/v1/metrics", async ({ url, signal }): Promise<MetricsResponse> => {
      const metrics = await store.metrics(metricsRequest(url.searchParams), signal);
      return {
        metrics: metrics.map(({ firstMs, lastMs, ...metric }) => ({
          ...metric,
          kind: metric.kind as MetricKind,
          unit: unitOf(metric.name, metric.unit),
          firstSeen: new Date(firstMs).toISOString(),
          lastSeen: new Date(lastMs).toISOString(),
        })),
      };
    }),
    read("/api/v1/labels", async ({ url, signal }): Promise<LabelsResponse> => {
      const { service, metric } = labelsRequest(url.searchParams);
      return { labels: await store.labels(service, metric, signal) };
    }),
    reading("/api/v1/query", async (exchange) => {
      const { url, signal } = exchange;
      const request = queryRequest(url.searchParams, now());
      const result = await store.scan(request, signal);
      await sendTaggedText(exchange, await queryText(queryEnvelope(request, result), result, signal));
    }),
    read("/api/v1/buckets", async ({ url, signal }): Promise<BucketsResponse> => {
      const request = bucketsRequest(url.searchParams, now());
      return bucketsResponse(request, await store.buckets(request, signal));
    }),
    read("/api/v1/processes", async ({ url, signal }): Promise<ProcessesResponse> => {
      const request = processesRequest(url.searchParams, now());
      return processesResponse(request, await store.processes(request, signal));
    }),
    read("/api/v1/breakdown", async ({ url, signal }): Promise<BreakdownResponse> => {
      const request = breakdownRequest(url.searchParams, now());
      return breakdownResponse(request, await store.breakdown(request, signal));
    }),
    read("/api/v1/openapi.json", async () => openApiDocument()),
    {
      path: "/api/v1/export",
      methods: ["GET"],
      auth: "required",
      handle: (exchange) =>
        answering(exchange, () => exporter.send(exchange, exportRequest(exchange.url.searchParams, now()))),
    },
    {
      path: "/api/v1/events",
      methods: ["GET"],
      auth: "required",
      handle: (exchange) => streamEvents(exchange, store),
    },
  ];
}

function read(path: string, answer: (exchange: Exchange) => Promise<unknown>): Route {
  return reading(path, async (exchange) => sendTagged(exchange, await answer(exchange)));
}

/** A route that sends its answer itself. */
function reading(path: string, send: (exchange: Exchange) => Promise<void>): Route {
  return {
    path,
    methods: ["GET", "HEAD"],
    auth: "required",
    handle: (exchange) => answering(exchange, () => send(exchange)),
  };
}

/** Answers, or says why not in the API's form. */
async function answering(exchange: Exchange, answer: () => Promise<void>): Promise<void> {
  try {
    await answer();
  } catch (error) {
    if (error instanceof BadQuery) return sendError(exchange, 400, error.code, error.message);
    if (!(error instanceof StoreError)) throw error;
    // The client has left: there is nobody to answer. The signal alone does not say so: the server gives up too, when it stops.
    if (error.code === "CANCELLED" && exchange.response.destroyed) return;
    const [status, code] = STORE_ANSWERS[error.code] ?? [500, "internal"];
    sendError(exchange, status, code, WORDS[error.code] ?? error.message);
  }
}

/** What stands around the series of `/api/v1/query`. */
function queryEnvelope(request: ScanRequest, result: ScanResult): Omit<QueryResponse, "series"> {
  // A number of samples, or of observations a second, is not in the metric's unit.
  const counts = request.aggregation === "count" || (request.aggregation === "rate" && result.histogram);
  return {
    from: request.fromMs,
    to: request.toMs,
    step: result.stepMs,
    unit: counts ? null : unitOf(request.metric, result.unit),
  };
}

function bucketsResponse(request: BucketsRequest, result: BucketsResult): BucketsResponse {
  const { stepMs, firstMs, low, high, counts } = result;
  return {
    from: request.fromMs,
    to: request.toMs,
    step: stepMs,
    unit: unitOf(request.metric, result.unit),
    buckets: low.map((least, bucket) => ({ low: least, high: high[bucket] as number })),
    points: counts.map((row, step) => [firstMs + step * stepMs, row === undefined ? null : [...row]]),
  };
}

function processesResponse(request: ProcessesRequest, { total, processes }: ProcessesResult): ProcessesResponse {
  return {
    from: request.fromMs,
    to: request.toMs,
    total,
    processes: processes.map(({ agentName, agentVersion, firstMs, lastMs, replaces, ...process }) => ({
      ...process,
      agent: { name: agentName, version: agentVersion },
      firstSeen: new Date(firstMs).toISOString(),
      lastSeen: new Date(lastMs).toISOString(),
      replaces,
    })),
  };
}

function breakdownResponse(request: BreakdownRequest, result: BreakdownResult): BreakdownResponse {
  const transactions = new Map<string, BreakdownTransaction>();
  for (const row of result.rows) {
    const key = JSON.stringify([row.transactionName, row.transactionType]);
    let transaction = transactions.get(key);
    if (transaction === undefined) {
      transaction = { name: row.transactionName, type: row.transactionType, count: 0, sumUs: 0, spans: [] };
      transactions.set(key, transaction);
    }
    transaction.sumUs += row.sumUs;
    // The transaction itself is one entry of type app without subtype (BD-3), so their number is the number of transactions.
    if (row.spanType === "app" && row.spanSubtype === "") transaction.count += row.count;
    transaction.spans.push({
      type: row.spanType,
      subtype: row.spanSubtype,
      count: row.count,
      sumUs: row.sumUs,
      share: 0,
      points: points(row.values, result),
    });
  }
  for (const transaction of transactions.values()) {
    for (const span of transaction.spans) span.share = transaction.sumUs > 0 ? span.sumUs / transaction.sumUs : 0;
    transaction.spans.sort((a, b) => b.sumUs - a.sumUs);
  }
  return {
    from: request.fromMs,
    to: request.toMs,
    step: result.stepMs,
    transactions: [...transactions.values()].sort((a, b) => b.sumUs - a.sumUs),
  };
}

function points(values: Float64Array, { firstMs, stepMs }: { firstMs: number; stepMs: number }): Point[] {
  const list: Point[] = [];
  for (let step = 0; step < values.length; step++) {
    const value = values[step] as number;
    list.push([firstMs + step * stepMs, Number.isFinite(value) ? value : null]);
  }
  return list;
}
