import type { Metricset } from "@tidegauge/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { Client } from "./client.js";
import { RecordingTransport } from "./testing/recording-transport.js";
import { currentSpan } from "./tracing/context.js";

const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

function measured(): { client: Client; collect(): Promise<Metricset[]> } {
  const transport = new RecordingTransport();
  const client = new Client({
    start: false,
    transport,
    metricsSets: [],
    agentHealthMetrics: false,
    logger: { info() {}, warn() {}, error() {} },
  });
  clients.push(client);
  return {
    client,
    collect: async () => {
      transport.clear();
      await client.collect();
      return [...transport.metricsets];
    },
  };
}

const spans = (sent: Metricset[]): string[] =>
  sent.flatMap(({ span, transaction, samples }) =>
    span === undefined
      ? []
      : [`${transaction?.name} ${span.type}/${span.subtype} ${samples["span.self_time.count"]?.value}`],
  );
const outcomes = (sent: Metricset[]): string[] =>
  sent.flatMap(({ tags, samples }) =>
    "transaction.duration.us" in samples
      ? [`${tags?.["transaction.name"]} ${tags?.["transaction.type"]} ${tags?.["event.outcome"]}`]
      : [],
  );

describe("transactions and spans of a client", () => {
  it("API-30 withTransaction is current for all that is called and awaited inside, and ends on return, settling and throw", async () => {
    const { client, collect } = measured();
    const later = async (): Promise<string> => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return currentSpan()?.name ?? "none";
    };
    expect(client.withTransaction("sync", "job", (transaction) => currentSpan() === transaction)).toBe(true);
    expect(await client.withTransaction("async", "job", later)).toBe("async");
    expect(() =>
      client.withTransaction("throws", "job", () => {
        throw new Error("no");
      }),
    ).toThrow("no");
    await expect(client.withTransaction("rejects", "job", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    client.withTransaction("first name", "job", (transaction) => {
      transaction.name = "renamed";
      transaction.outcome = "unknown";
    });
    expect(currentSpan()).toBeUndefined();
    expect(outcomes(await collect()).sort()).toEqual([
      "async job success",
      "rejects job failure",
      "renamed job success",
      "sync job success",
      "throws job failure",
    ]);
  });

  it("API-31 withSpan takes a subtype or none; what is synchronous stays synchronous", async () => {
    const { client, collect } = measured();
    await client.withTransaction("t", "job", async () => {
      expect(client.withSpan("SELECT", "db", "mysql", () => 5)).toBe(5);
      expect(client.withSpan("render", "template", () => 6)).toBe(6);
      expect(await client.withSpan("GET", "external", "http", async () => 7)).toBe(7);
    });
    expect(client.withSpan("outside", "db", () => 8)).toBe(8);
    expect(spans(await collect()).sort()).toEqual(["t app/ 1", "t db/mysql 1", "t external/http 1", "t template/ 1"]);
  });

  it("API-32 API-33 startTransaction does not become current; its spans start from it, never null, inert once it has ended", async () => {
    const { client, collect } = measured();
    const transaction = client.startTransaction("GET /users", "request");
    expect(currentSpan()).toBeUndefined();
    const span = transaction.startSpan("SELECT", "db", "mysql");
    const inner = span.startSpan("connect", "external", "tcp");
    inner.end();
    span.end();
    transaction.end();
    const late = transaction.startSpan("late", "db");
    late.startSpan("later", "db").end();
    late.end();
    expect(spans(await collect()).sort()).toEqual([
      "GET /users app/ 1",
      "GET /users db/mysql 1",
      "GET /users external/tcp 1",
    ]);
  });

  it("API-33 client.startSpan is a child of the current span, inert without one, and does not become current", async () => {
    const { client, collect } = measured();
    client.startSpan("alone", "db").end();
    client.withTransaction("t", "job", (transaction) => {
      const span = client.startSpan("render", "template");
      expect(currentSpan()).toBe(transaction);
      span.end();
    });
    expect(spans(await collect()).sort()).toEqual(["t app/ 1", "t template/ 1"]);
  });

  it("API-34 all are disposable, and a second end has no effect", async () => {
    const { client, collect } = measured();
    {
      using transaction = client.startTransaction("t", "job");
      {
        using span = transaction.startSpan("SELECT", "db");
        span.end();
      }
      transaction.end();
      transaction.end();
    }
    const sent = await collect();
    expect(spans(sent).sort()).toEqual(["t app/ 1", "t db/ 1"]);
    expect(outcomes(sent)).toEqual(["t job unknown"]);
  });

  it("API-35 takes explicit times as epoch milliseconds", async () => {
    const { client, collect } = measured();
    const startTime = Date.now() - 10_000;
    const transaction = client.startTransaction("t", "job", { startTime });
    const span = transaction.startSpan("SELECT", "db", "mysql", { startTime: startTime + 1000 });
    span.end(startTime + 4000);
    transaction.end(startTime + 5000);
    const sum = Object.fromEntries(
      (await collect()).flatMap(({ span: of, samples }) =>
        of === undefined ? [] : [[of.type, samples["span.self_time.sum.us"]?.value]],
      ),
    );
    expect(sum.db).toBeCloseTo(3_000_000, -3);
    expect(sum.app).toBeCloseTo(2_000_000, -3);
  });
});
