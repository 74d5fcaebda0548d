import { describe, expect, it } from "vitest";
import { SpanKind, StatusCode } from "./otel-types.js";
import { outcomeOf, SpanFacts, spanTypeOf, transactionName, transactionType } from "./span-mapping.js";

function facts(attributes: Record<string, unknown>): SpanFacts {
  const made = new SpanFacts();
  made.setAll(attributes);
  return made;
}

describe("the mapping of OpenTelemetry spans", () => {
  it.each([
    [{ "messaging.system": "kafka", "http.method": "POST" }, "messaging"],
    [{ "messaging.operation.name": "process" }, "messaging"],
    [{ "http.method": "GET" }, "request"],
    [{ "http.request.method": "GET" }, "request"],
    [{ "rpc.system": "grpc" }, "request"],
    [{ "db.system": "redis" }, "unknown"],
    [{}, "unknown"],
  ])("TR-21 TR-25 transaction type of %o is %s", (attributes, type) => {
    expect(transactionType(facts(attributes))).toBe(type);
  });

  it.each([
    ["GET /users/:id", SpanKind.SERVER, { "http.method": "GET", "http.route": "/users/:id" }, "GET /users/:id"],
    ["GET /users/7", SpanKind.SERVER, { "http.request.method": "GET", "url.path": "/users/7" }, "GET unknown route"],
    ["GET", SpanKind.SERVER, { "http.url": "http://x/users/7" }, "GET unknown route"],
    ["nightly", SpanKind.INTERNAL, {}, "nightly"],
    ["Greeter/Hello", SpanKind.SERVER, { "rpc.system": "grpc" }, "Greeter/Hello"],
  ])("TR-22 transaction %s of kind %i with %o is named %s", (name, kind, attributes, expected) => {
    expect(transactionName(name, kind, facts(attributes))).toBe(expected);
  });

  it.each([
    [SpanKind.CLIENT, { "db.system": "postgresql", "http.method": "GET" }, "db", "postgresql"],
    [SpanKind.CLIENT, { "db.system.name": "microsoft.sql_server" }, "db", "mssql"],
    [SpanKind.CLIENT, { "db.system.name": "oracle.db" }, "db", "oracle"],
    [SpanKind.CLIENT, { "db.system.name": "aws.dynamodb" }, "db", "dynamodb"],
    [SpanKind.CLIENT, { "db.system.name": "azure.cosmosdb" }, "db", "cosmosdb"],
    [SpanKind.PRODUCER, { "messaging.system": "rabbitmq" }, "messaging", "rabbitmq"],
    [SpanKind.CLIENT, { "rpc.system": "grpc" }, "external", "grpc"],
    [SpanKind.CLIENT, { "http.request.method": "GET" }, "external", "http"],
    [SpanKind.CLIENT, { "http.method": "GET" }, "external", "http"],
    [SpanKind.CLIENT, { "gen_ai.system": "openai" }, "genai", "openai"],
    [SpanKind.CLIENT, { "gen_ai.operation.name": "chat" }, "genai", ""],
    [SpanKind.INTERNAL, {}, "app", "internal"],
    [SpanKind.CLIENT, {}, "unknown", ""],
  ])("TR-23 TR-24 span of kind %i with %o is %s/%s", (kind, attributes, type, subtype) => {
    expect(spanTypeOf(kind, facts(attributes))).toEqual({ type, subtype });
  });

  it("BD-60 outcome by HTTP status, else by the span's status", () => {
    expect(outcomeOf(SpanKind.SERVER, facts({ "http.status_code": 500 }), StatusCode.UNSET)).toBe("failure");
    expect(outcomeOf(SpanKind.SERVER, facts({ "http.response.status_code": 404 }), StatusCode.ERROR)).toBe("success");
    expect(outcomeOf(SpanKind.CONSUMER, facts({}), StatusCode.ERROR)).toBe("failure");
    expect(outcomeOf(SpanKind.CONSUMER, facts({}), StatusCode.OK)).toBe("success");
    expect(outcomeOf(SpanKind.CONSUMER, facts({}), StatusCode.UNSET)).toBe("unknown");
  });

  it("TR-15 layers of web frameworks are no spans", () => {
    expect(facts({ "express.type": "middleware" }).isLayer).toBe(true);
    expect(facts({ "koa.type": "router" }).isLayer).toBe(true);
    expect(facts({ "express.type": "request_handler" }).isLayer).toBe(true);
    expect(facts({ "express.name": "middleware" }).isLayer).toBe(false);
  });
});
