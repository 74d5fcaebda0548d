import type { Metadata } from "@tidegauge/protocol";
import type { LoadGate } from "../admission/load-gate.js";
import type { ServerMetrics } from "../health/metrics.js";
import { sendApm, sendEmpty } from "../http/answer.js";
import type { Exchange, Route } from "../http/route.js";
import type { Output } from "../output/output.js";
import { type IntakeLimits, IntakeRequest, type IntakeResult } from "./intake-request.js";

/** What the intake routes write to and its limits. */
export interface IntakeOptions {
  readonly output: Output;
  readonly limits: IntakeLimits;
  readonly gate: LoadGate;
  readonly metrics: ServerMetrics;
  /** Told about every request whose metadata was understood, after its answer is decided. */
  readonly onReport: (exchange: Exchange, metadata: Metadata) => void;
}

/** Seconds an agent is asked to wait when the server is full. */
const RETRY_AFTER_S = 5;

const RUM_DISABLED =
  "forbidden request: RUM endpoint is disabled. Configure the `apm-server.rum` section in apm-server.yml to enable ingestion of RUM events." +
  " If you are not using the RUM agent, you can safely ignore this error.";

/** `/intake/v2/events`, and the browser endpoints, which are not served (D-SRV-10). */
export function createIntakeRoutes(options: IntakeOptions): Route[] {
  const rum = (path: string): Route => ({
    path,
    methods: "*",
    auth: "required",
    handle: (exchange) => {
      options.metrics.refused("rum");
      sendApm(exchange, 403, RUM_DISABLED);
    },
  });
  return [
    { path: "/intake/v2/events", methods: "*", auth: "required", handle: (exchange) => intake(exchange, options) },
    rum("/intake/v2/rum/events"),
    rum("/intake/v3/rum/events"),
    rum("/config/v1/rum/agents"),
  ];
}

async function intake(exchange: Exchange, options: IntakeOptions): Promise<void> {
  const { gate, metrics, output } = options;
  const early = refusal(exchange, options);
  if (early !== undefined) {
    answer(exchange, { status: early.status, accepted: 0, errors: [{ message: early.message }] }, metrics);
    return;
  }
  const request = new IntakeRequest(exchange, output, options.limits, gate, metrics);
  gate.enter(request);
  metrics.intakeInFlight++;
  try {
    const result = await request.run();
    count(request, metrics);
    const { metadata } = request.decoder;
    if (metadata !== undefined) options.onReport(exchange, metadata);
    if (result !== undefined) answer(exchange, result, metrics);
  } catch (error) {
    answer(exchange, { status: 500, accepted: 0, errors: [{ message: "internal server error" }] }, metrics);
    throw error;
  } finally {
    metrics.intakeInFlight--;
    gate.leave(request);
  }
}

/** Why a request is refused without reading its body (SRV-20, D-SRV-7). */
function refusal(exchange: Exchange, options: IntakeOptions): { status: number; message: string } | undefined {
  const { request } = exchange;
  if (request.method !== "POST") return { status: 400, message: "only POST requests are supported" };
  const contentType = request.headers["content-type"];
  if (contentType !== undefined && !contentType.includes("application/x-ndjson")) {
    return { status: 400, message: `invalid content type: '${contentType}'` };
  }
  if (!options.gate.hasRoom(exchange.receivedAtMs)) {
    options.metrics.refused("load");
    return { status: 429, message: "rate limit exceeded: the server is full" };
  }
  const ready = options.output.ready();
  if (!ready.ready) {
    options.metrics.refused("notReady");
    return { status: 503, message: ready.reason };
  }
  return undefined;
}

function count(request: IntakeRequest, metrics: ServerMetrics): void {
  const { errorKinds, others, refused } = request.decoder;
  for (const [kind, errors] of errorKinds) metrics.eventError(kind, errors);
  metrics.accepted("transaction", others.transaction);
  metrics.accepted("span", others.span);
  metrics.accepted("error", others.error);
  metrics.accepted("log", others.log);
  if (refused.histogramLength > 0) metrics.refused("histogramLengths", refused.histogramLength);
  if (refused.breakdownEmpty > 0) metrics.refused("breakdownWithoutSelfTime", refused.breakdownEmpty);
}

/** SRV-27: 202 with an empty body, or the count when asked; any error is listed and closes the connection. */
function answer(exchange: Exchange, result: IntakeResult, metrics: ServerMetrics): void {
  const { status, accepted, errors } = result;
  metrics.answered(status);
  if (status === 202) {
    if (isVerbose(exchange)) sendApm(exchange, 202, { accepted });
    else sendEmpty(exchange, 202);
    return;
  }
  const retry = status === 429 || status === 503 ? { "Retry-After": RETRY_AFTER_S } : undefined;
  sendApm(exchange, status, errors.length === 0 ? { accepted } : { accepted, errors }, {
    Connection: "Close",
    ...retry,
  });
}

function isVerbose(exchange: Exchange): boolean {
  return exchange.request.url?.includes("?") === true && exchange.url.searchParams.has("verbose");
}
