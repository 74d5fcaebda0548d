import { AsyncLocalStorage } from "node:async_hooks";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Measuring } from "../hooks/measured.testing.js";
import { currentSpan } from "../tracing/context.js";
import { type OtelContext, SPAN_KEY, SpanKind, SUPPRESS_KEY } from "./otel-types.js";
import { type OtelApi, TidegaugeTracerProvider } from "./provider.js";
import type { MetricsSpan } from "./provider-span.js";

const GLOBAL = Symbol.for("opentelemetry.js.api.1");
const globals = globalThis as Record<symbol, { trace?: unknown; context?: OtelApi["context"] } | undefined>;

class Context implements OtelContext {
  constructor(private readonly values: ReadonlyMap<symbol, unknown> = new Map()) {}
  getValue(key: symbol): unknown {
    return this.values.get(key);
  }
  setValue(key: symbol, value: unknown): Context {
    return new Context(new Map([...this.values, [key, value]]));
  }
  deleteValue(key: symbol): Context {
    return this.setValue(key, undefined);
  }
}

/** As much of one copy of the API as a provider meets: a proxy with a delegate, and globals. */
function fakeApi(): OtelApi & { delegate?: TidegaugeTracerProvider } {
  const root = new Context();
  const proxy = {
    setDelegate: (provider: unknown) => {
      api.delegate = provider as TidegaugeTracerProvider;
    },
    getTracer: () => ({ startSpan: () => "from the SDK", startActiveSpan: () => "from the SDK" }),
  };
  const api: OtelApi & { delegate?: TidegaugeTracerProvider } = {
    ROOT_CONTEXT: root,
    context: {
      active: () => globals[GLOBAL]?.context?.active() ?? root,
      with: (context, fn, thisArg, ...args) => {
        const manager = globals[GLOBAL]?.context;
        return manager === undefined ? fn.apply(thisArg, args) : manager.with(context, fn, thisArg, ...args);
      },
      setGlobalContextManager: (manager) => {
        globals[GLOBAL] = { ...globals[GLOBAL], context: manager as OtelApi["context"] };
        return true;
      },
    },
    trace: { getTracerProvider: () => proxy },
  };
  return api;
}

let measuring: Measuring;
let api: ReturnType<typeof fakeApi>;
let provider: TidegaugeTracerProvider;

beforeEach(() => {
  delete globals[GLOBAL];
  measuring = new Measuring();
  api = fakeApi();
  provider = new TidegaugeTracerProvider(measuring.tracer, api, {
    warn: (message) => measuring.warnings.push(message),
  });
});
afterEach(() => {
  delete globals[GLOBAL];
});

function start(name: string, options = {}, context?: OtelContext): MetricsSpan {
  return provider.getTracer("some-library").startSpan(name, options, context) as MetricsSpan;
}

function active<R>(name: string, options: object, fn: (span: MetricsSpan) => R): R {
  return provider.getTracer("some-library").startActiveSpan(name, options, fn) as R;
}

describe("TidegaugeTracerProvider", () => {
  it("TR-12 is the delegate of the application's own copy of the API, and registers nothing before the first span", () => {
    provider.attach();
    expect(api.delegate).toBe(provider);
    expect(globals[GLOBAL]).toBeUndefined();
    start("s").end();
    expect(Object.keys(globals[GLOBAL] ?? {})).toEqual(["context"]);
  });

  it("TR-16 gives way to an SDK, whenever it comes, and says so once", () => {
    const tracer = provider.getTracer("taken early");
    (tracer.startSpan("s") as MetricsSpan).end();
    globals[GLOBAL] = { ...globals[GLOBAL], trace: {} };
    expect(tracer.startSpan("s")).toBe("from the SDK");
    expect(tracer.startActiveSpan("s", () => {})).toBe("from the SDK");
    expect(measuring.warnings).toHaveLength(1);
  });

  it("TR-26 a span records until it ends, and its late attributes decide", async () => {
    active("r", { kind: SpanKind.SERVER, attributes: { "http.request.method": "GET" } }, (request) => {
      expect(request.isRecording()).toBe(true);
      const span = start("s", { kind: SpanKind.CLIENT });
      span
        .setAttribute("db.system.name", "cassandra")
        .setAttributes({ "db.user": "x" })
        .addEvent()
        .setStatus({ code: 2 });
      span.end();
      expect(span.isRecording()).toBe(false);
      request
        .updateName("GET /things/:id")
        .setAttribute("http.route", "/things/:id")
        .setAttribute("http.response.status_code", 500);
      request.end();
      request.end();
    });
    const [measured] = await measuring.take(1);
    expect(measured).toMatchObject({ name: "GET /things/:id", type: "request", outcome: "failure" });
    expect(Object.keys(measured?.spans ?? {}).sort()).toEqual(["app/", "db/cassandra"]);
  });

  it("makes ids only when asked, one trace for parent and child", () => {
    const random = vi.spyOn(process.getBuiltinModule("node:crypto"), "randomBytes");
    active("r", { kind: SpanKind.CONSUMER }, (outer) => {
      const inner = start("s");
      inner.end();
      expect(random).not.toHaveBeenCalled();
      random.mockRestore();
      expect(inner.spanContext().traceId).toBe(outer.spanContext().traceId);
      expect(inner.spanContext().spanId).not.toBe(outer.spanContext().spanId);
      expect(inner.spanContext()).toBe(inner.spanContext());
      expect(outer.spanContext().traceFlags).toBe(0);
    });
  });

  it("takes the trace of a remote caller, and makes a root of its span", () => {
    const remote = { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1, isRemote: true };
    const context = api.ROOT_CONTEXT.setValue(SPAN_KEY, { spanContext: () => remote });
    const span = start("r", { kind: SpanKind.CONSUMER }, context);
    expect(span.spanContext()).toMatchObject({ traceId: remote.traceId, traceFlags: 0 });
    span.end();
    expect(measuring.transactions).toHaveLength(1);
  });

  it("makes its spans current for the hooks and the manual API, and those parents of its own", async () => {
    await measuring.tracer.withTransaction("t", "job", async () => {
      await active("outer", {}, async (outer) => {
        expect(currentSpan()).toBe(outer.within);
        await measuring.tracer.withSpan("manual", "db", async () => {
          await Promise.resolve();
          const inner = start("inner", { attributes: { "rpc.system": "grpc" } });
          expect(inner.within?.root).toBe(outer.within?.root);
          inner.end();
        });
        outer.end();
      });
    });
    const [measured] = await measuring.take(1);
    expect(Object.keys(measured?.spans ?? {}).sort()).toEqual(["app/", "app/internal", "db/", "external/grpc"]);
  });

  it("TR-35 measures nothing where tracing is suppressed, nor after it was detached", () => {
    const suppressed = api.ROOT_CONTEXT.setValue(SUPPRESS_KEY, true);
    expect(start("s", { kind: SpanKind.SERVER }, suppressed).within).toBeUndefined();
    provider.detach();
    expect(start("s", { kind: SpanKind.SERVER }).within).toBeUndefined();
  });

  it("binds functions and emitters to a context", () => {
    const span = start("s", { kind: SpanKind.SERVER });
    const manager = globals[GLOBAL]?.context as unknown as { bind<T>(context: OtelContext, target: T): T };
    const context = api.ROOT_CONTEXT.setValue(SPAN_KEY, span);
    expect(manager.bind(context, () => currentSpan())()).toBe(span.within);
    const emitter = { emit: () => currentSpan() };
    expect(new AsyncLocalStorage().exit(() => manager.bind(context, emitter).emit())).toBe(span.within);
  });
});
