import { httpTransactionName } from "../hooks/http-exchange.js";
import type { Outcome, Span } from "../tracing/span.js";
import type { SpanType } from "../tracing/span-type.js";
import { type OtelAttributes, SpanKind, StatusCode } from "./otel-types.js";

/** OpenTelemetry's names of systems that Elastic calls otherwise (TR-24). */
const SYSTEMS: ReadonlyMap<string, string> = new Map([
  ["microsoft.sql_server", "mssql"],
  ["oracle.db", "oracle"],
  ["aws.dynamodb", "dynamodb"],
  ["azure.cosmosdb", "cosmosdb"],
]);

type Fact = "method" | "route" | "statusCode" | "dbSystem" | "messagingSystem" | "rpcSystem" | "genAiSystem" | "isHttp";

/** The few attributes that matter, in the old and the new conventions (TR-25). */
const FACTS: ReadonlyMap<string, Fact> = new Map<string, Fact>([
  ["http.method", "method"],
  ["http.request.method", "method"],
  ["http.route", "route"],
  ["http.status_code", "statusCode"],
  ["http.response.status_code", "statusCode"],
  ["http.url", "isHttp"],
  ["http.target", "isHttp"],
  ["http.scheme", "isHttp"],
  ["db.system", "dbSystem"],
  ["db.system.name", "dbSystem"],
  ["messaging.system", "messagingSystem"],
  ["rpc.system", "rpcSystem"],
  ["rpc.system.name", "rpcSystem"],
  ["gen_ai.system", "genAiSystem"],
  ["gen_ai.provider.name", "genAiSystem"],
]);

/** Where web frameworks' instrumentations say what kind of layer a span is, and the kinds that are no spans here (TR-15). */
const LAYER_KEYS: ReadonlySet<string> = new Set([
  "express.type",
  "koa.type",
  "connect.type",
  "fastify.type",
  "hapi.type",
]);
const LAYERS: ReadonlySet<unknown> = new Set(["middleware", "router", "request_handler"]);

/** What is kept of a span's attributes: one look-up for each that is set, nothing is copied. */
export class SpanFacts {
  method: unknown = undefined;
  route: unknown = undefined;
  statusCode: unknown = undefined;
  dbSystem: unknown = undefined;
  messagingSystem: unknown = undefined;
  rpcSystem: unknown = undefined;
  genAiSystem: unknown = undefined;
  isHttp: unknown = undefined;
  isMessaging = false;
  isGenAi = false;
  isLayer = false;

  set(key: string, value: unknown): void {
    const fact = FACTS.get(key);
    if (fact !== undefined) this[fact] = value;
    else if (key.startsWith("messaging.")) this.isMessaging = true;
    else if (key.startsWith("gen_ai.")) this.isGenAi = true;
    else if (LAYER_KEYS.has(key)) this.isLayer = LAYERS.has(value);
  }

  setAll(attributes: OtelAttributes | undefined): void {
    for (const key in attributes) this.set(key, attributes[key]);
  }

  /** The span speaks HTTP. */
  get speaksHttp(): boolean {
    return this.method !== undefined || this.statusCode !== undefined || this.isHttp !== undefined;
  }
}

/** A transaction's type (TR-21). */
export function transactionType(facts: SpanFacts): string {
  if (facts.messagingSystem !== undefined || facts.isMessaging) return "messaging";
  return facts.speaksHttp || facts.rpcSystem !== undefined ? "request" : "unknown";
}

/** A transaction's name: the span's when it ends, but never a raw path (TR-22). */
export function transactionName(name: string, kind: number, facts: SpanFacts): string {
  if (kind !== SpanKind.SERVER || !facts.speaksHttp) return name;
  const hasRoute = typeof facts.route === "string" && facts.route !== "";
  return hasRoute ? name : httpTransactionName(typeof facts.method === "string" ? facts.method : "GET", undefined);
}

/** A span's type and subtype, first match (TR-23). */
export function spanTypeOf(kind: number, facts: SpanFacts): SpanType {
  if (facts.dbSystem !== undefined) return { type: "db", subtype: systemName(facts.dbSystem) };
  if (facts.messagingSystem !== undefined) return { type: "messaging", subtype: systemName(facts.messagingSystem) };
  if (facts.rpcSystem !== undefined) return { type: "external", subtype: systemName(facts.rpcSystem) };
  if (facts.speaksHttp) return { type: "external", subtype: "http" };
  if (facts.genAiSystem !== undefined || facts.isGenAi)
    return { type: "genai", subtype: systemName(facts.genAiSystem) };
  return kind === SpanKind.INTERNAL ? { type: "app", subtype: "internal" } : { type: "unknown", subtype: "" };
}

/** How a transaction went: HTTP by its status code (BD-60), else by the span's status. */
export function outcomeOf(kind: number, facts: SpanFacts, statusCode: number): Outcome {
  const http = Number(facts.statusCode);
  if (kind === SpanKind.SERVER && Number.isInteger(http) && http > 0) return http >= 500 ? "failure" : "success";
  if (statusCode === StatusCode.ERROR) return "failure";
  return statusCode === StatusCode.OK ? "success" : "unknown";
}

/** Ends what measures an OpenTelemetry span, under the names its final attributes give. */
export function endMeasured(
  measured: Span,
  name: string,
  kind: number,
  facts: SpanFacts,
  status: number,
  end?: number,
): void {
  if (measured.root === measured) {
    measured.name = transactionName(name, kind, facts);
    measured.type = transactionType(facts);
    measured.outcome = outcomeOf(kind, facts, status);
  } else {
    const type = spanTypeOf(kind, facts);
    measured.type = type.type;
    measured.subtype = type.subtype;
  }
  measured.end(end);
}

function systemName(system: unknown): string {
  if (typeof system !== "string") return "";
  return SYSTEMS.get(system) ?? system;
}
