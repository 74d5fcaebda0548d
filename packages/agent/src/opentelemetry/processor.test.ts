import { afterEach, beforeEach, expect, it } from "vitest";
import { Client } from "../client.js";
import { RecordingTransport } from "../testing/index.js";
import { type OtelContext, SPAN_KEY } from "./otel-types.js";
import { TidegaugeSpanProcessor } from "./processor.js";

const BASE_SECONDS = 1_700_000_000;

/** A span as the SDK makes it; times are milliseconds after the base. */
class SdkSpan {
  attributes: Record<string, unknown> = {};
  status = { code: 0 };
  endTime: readonly [number, number] = [0, 0];
  readonly startTime: readonly [number, number];

  constructor(
    readonly name: string,
    readonly kind: number,
    startMs: number,
    readonly remote = false,
  ) {
    this.startTime = [BASE_SECONDS, startMs * 1e6];
  }

  spanContext() {
    return { traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 0, isRemote: this.remote };
  }
}

function under(parent?: unknown): OtelContext {
  return { getValue: (key: symbol) => (key === SPAN_KEY ? parent : undefined) } as OtelContext;
}

let client: Client;
let transport: RecordingTransport;
let processor: TidegaugeSpanProcessor;

beforeEach(() => {
  transport = new RecordingTransport();
  client = new Client({ start: false, transport, metricsSets: [], logLevel: "off", transactionMetrics: false });
  processor = new TidegaugeSpanProcessor({ client });
});
afterEach(() => client.close());

function start(name: string, kind: number, startMs: number, parent?: unknown): SdkSpan {
  const span = new SdkSpan(name, kind, startMs);
  processor.onStart(span, under(parent));
  return span;
}

function end(span: SdkSpan, endMs: number, attributes: Record<string, unknown> = {}): void {
  span.attributes = attributes;
  span.endTime = [BASE_SECONDS, endMs * 1e6];
  processor.onEnd(span);
}

async function measured(): Promise<Record<string, number>> {
  await client.collect();
  const sums = transport.metricsets
    .filter(({ span }) => span !== undefined)
    .map(({ transaction, span, samples }) => [
      `${transaction?.name} (${transaction?.type}) ${span?.type}/${span?.subtype}`,
      samples["span.self_time.sum.us"]?.value ?? 0,
    ]);
  return Object.fromEntries(sums);
}

const [INTERNAL, SERVER, CLIENT, CONSUMER] = [0, 1, 2, 4];

it("TR-3 TR-20 TR-31 a server span is a transaction, its children are spans, by the SDK's own times", async () => {
  const request = start("GET", SERVER, 0);
  const query = start("SELECT", CLIENT, 10, request);
  const layer = new SdkSpan("middleware", INTERNAL, 20);
  layer.attributes = { "express.type": "middleware" };
  processor.onStart(layer, under(request));
  const inner = start("compute", INTERNAL, 21, layer);
  end(inner, 25);
  end(layer, 26);
  end(query, 20, { "db.system": "mysql" });
  Object.assign(request, { name: "GET /users/:id" });
  end(request, 30, { "http.method": "GET", "http.route": "/users/:id" });
  expect(await measured()).toEqual({
    "GET /users/:id (request) app/": 15_000,
    "GET /users/:id (request) db/mysql": 10_000,
    "GET /users/:id (request) app/internal": 4_000,
  });
});

it("TR-20 a consumer below a request is a transaction of its own; a remote parent makes one too", async () => {
  const request = start("r", SERVER, 0);
  const message = start("c", CONSUMER, 10, request);
  end(message, 20, { "messaging.system": "kafka" });
  end(request, 30);
  const continued = start("part", INTERNAL, 0, new SdkSpan("remote", CLIENT, 0, true));
  end(continued, 7);
  expect(await measured()).toEqual({
    "r (unknown) app/": 30_000,
    "c (messaging) app/": 10_000,
    "part (unknown) app/": 7_000,
  });
});

it("TR-20 a root that only calls out is dropped, with what is below it", async () => {
  const poll = start("poll", CLIENT, 0);
  const below = start("below", INTERNAL, 1, poll);
  end(below, 2);
  end(poll, 3);
  expect(await measured()).toEqual({});
});

it("never throws, whatever it is given", async () => {
  expect(() => processor.onStart(undefined as never, undefined as never)).not.toThrow();
  expect(() => processor.onEnd(undefined as never)).not.toThrow();
  await processor.forceFlush();
  await processor.shutdown();
});
