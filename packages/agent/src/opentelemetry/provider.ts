import { isSuppressed, liveSpan } from "../tracing/context.js";
import type { Span } from "../tracing/span.js";
import type { Tracer } from "../tracing/tracer.js";
import {
  epochMs,
  type OtelContext,
  type OtelSpanContext,
  type OtelSpanOptions,
  registeredApi,
  SPAN_KEY,
  SpanKind,
  SUPPRESS_KEY,
} from "./otel-types.js";
import { TidegaugeContextManager } from "./provider-context.js";
import { MetricsSpan, TraceId } from "./provider-span.js";
import { SpanFacts } from "./span-mapping.js";

type Fn = (...args: unknown[]) => unknown;

/** The part of `@opentelemetry/api` 1.x that is used. */
export interface OtelApi {
  ROOT_CONTEXT: OtelContext;
  context: {
    active(): OtelContext;
    with(context: OtelContext, fn: Fn, thisArg?: unknown, ...args: unknown[]): unknown;
    setGlobalContextManager(manager: unknown): boolean;
  };
  trace: { getTracerProvider(): { setDelegate?(provider: unknown): void; getTracer(...args: unknown[]): OtelTracer } };
}

interface OtelTracer {
  startSpan(name: string, options?: OtelSpanOptions, context?: OtelContext): unknown;
  startActiveSpan(name: string, ...rest: unknown[]): unknown;
}

/** Instrumentations of what our own hooks measure: their spans are passed through, so that nothing counts twice. */
const COVERED: ReadonlySet<string> = new Set(
  ["http", "undici", "express", "router", "koa", "fastify", "pg", "mysql2", "ioredis", "redis", "redis-4", "mongodb"]
    .map((name) => `@opentelemetry/instrumentation-${name}`)
    .concat("@fastify/otel"),
);

/** Where it is said, once, that an SDK is in charge. */
export interface ProviderReporter {
  warn(message: string): void;
}

const SDK_IN_CHARGE =
  "an OpenTelemetry SDK is registered: its spans are not measured, HTTP, frameworks and databases are, by the agent's own hooks. To measure the SDK's spans instead, add TidegaugeSpanProcessor to it.";

/**
 * The provider behind the API for applications without an SDK: spans of any instrumentation package become breakdown metrics, nothing is exported (TR-2). It is the
 * delegate of the API's proxy and registers nothing, so an SDK that comes later is not refused; from then on every call goes there (TR-16).
 */
export class TidegaugeTracerProvider {
  readonly tracer: Tracer;
  readonly #api: OtelApi;
  readonly #reporter: ProviderReporter;
  #hasSdk = false;
  #hasContext = false;
  #isDetached = false;

  constructor(tracer: Tracer, api: OtelApi, reporter: ProviderReporter) {
    this.tracer = tracer;
    this.#api = api;
    this.#reporter = reporter;
  }

  /** Puts the provider behind the API; with an SDK registered already it only says so. */
  attach(): void {
    if (this.sdk !== undefined) return;
    this.#api.trace.getTracerProvider().setDelegate?.(this);
  }

  /** Takes it out again; spans that run end as they would. */
  detach(): void {
    this.#isDetached = true;
  }

  /** False once it is taken out: spans then measure nothing. */
  get isAttached(): boolean {
    return !this.#isDetached;
  }

  getTracer(name: string, ...rest: unknown[]): OtelTracer {
    return new MetricsTracer(this, COVERED.has(name), () => this.sdk?.getTracer(name, ...rest));
  }

  /** The provider somebody registered, if it is another. Says so the first time. */
  get sdk(): { getTracer(...args: unknown[]): OtelTracer } | undefined {
    if (registeredApi()?.trace === undefined) return undefined;
    const provider = this.#api.trace.getTracerProvider();
    if (!this.#hasSdk && !this.#isDetached) {
      this.#hasSdk = true;
      this.#reporter.warn(SDK_IN_CHARGE);
    }
    return provider;
  }

  /** The API, with a context manager: ours, unless there is one. Not before the first span, since one registered too early could refuse an SDK's. */
  get context(): OtelApi["context"] {
    if (!this.#hasContext) {
      this.#hasContext = true;
      if (registeredApi()?.context === undefined) {
        this.#api.context.setGlobalContextManager(new TidegaugeContextManager(this.#api.ROOT_CONTEXT));
      }
    }
    return this.#api.context;
  }
}

/** The tracer of one instrumentation. */
class MetricsTracer implements OtelTracer {
  readonly #provider: TidegaugeTracerProvider;
  readonly #isCovered: boolean;
  readonly #sdkTracer: () => OtelTracer | undefined;

  constructor(provider: TidegaugeTracerProvider, isCovered: boolean, sdkTracer: () => OtelTracer | undefined) {
    this.#provider = provider;
    this.#isCovered = isCovered;
    this.#sdkTracer = sdkTracer;
  }

  startSpan(name: string, options: OtelSpanOptions = {}, context?: OtelContext): unknown {
    const sdk = this.#sdkTracer();
    if (sdk !== undefined)
      return context === undefined ? sdk.startSpan(name, options) : sdk.startSpan(name, options, context);
    return this.#start(name, options, context);
  }

  startActiveSpan(name: string, ...rest: unknown[]): unknown {
    const sdk = this.#sdkTracer();
    if (sdk !== undefined) return sdk.startActiveSpan(name, ...rest);
    const fn = rest.at(-1);
    if (typeof fn !== "function") return undefined;
    const options = rest.length > 1 ? (rest[0] as OtelSpanOptions) : {};
    const context = rest.length > 2 ? (rest[1] as OtelContext) : undefined;
    const span = this.#start(name, options, context);
    const api = this.#provider.context;
    return api.with((context ?? api.active()).setValue(SPAN_KEY, span), fn as Fn, undefined, span);
  }

  #start(name: string, options: OtelSpanOptions, given: OtelContext | undefined): MetricsSpan {
    const context = given ?? this.#provider.context.active();
    const kind = options.kind ?? SpanKind.INTERNAL;
    const facts = new SpanFacts();
    facts.setAll(options.attributes);
    const outer =
      options.root === true
        ? undefined
        : (context.getValue(SPAN_KEY) as { spanContext(): OtelSpanContext } | undefined);
    // Only of a span that is not ours, such as that of a remote caller: ours are never remote, and would have to make ids.
    const foreign = outer instanceof MetricsSpan ? undefined : outer?.spanContext();
    const trace = outer instanceof MetricsSpan ? outer.trace : new TraceId(foreign?.traceId);
    const within = options.root === true ? undefined : this.#parentOf(outer, context);
    const base = { name, kind, facts, trace };
    const isOff = !this.#provider.isAttached || context.getValue(SUPPRESS_KEY) === true || isSuppressed();
    if (isOff) return new MetricsSpan({ ...base, own: undefined, within: undefined });
    if (this.#isCovered || facts.isLayer) return new MetricsSpan({ ...base, own: undefined, within });
    const startMs = epochMs(options.startTime);
    const isLocal = within !== undefined || (outer !== undefined && foreign?.isRemote !== true);
    if (kind === SpanKind.SERVER || kind === SpanKind.CONSUMER || !isLocal) {
      // A request our own hook measures, in a framework only this instrumentation knows the routes of.
      const request = within?.root;
      if (kind === SpanKind.SERVER && request?.type === "request" && request.name === "" && facts.speaksHttp) {
        return new MetricsSpan({ ...base, own: undefined, within, unnamed: request });
      }
      // A root that only calls out would make junk transactions of timers and agents (TR-20).
      const isJunk = outer === undefined && (kind === SpanKind.CLIENT || kind === SpanKind.PRODUCER);
      const own = isJunk ? undefined : this.#provider.tracer.hookTransaction("unknown", startMs);
      return new MetricsSpan({ ...base, own, within: own });
    }
    const own = within?.isLive ? within.startChild(name, "", "", startMs) : undefined;
    return new MetricsSpan({ ...base, own, within: own });
  }

  /** The span that runs now, if the context is that of now; else the context's. */
  #parentOf(outer: unknown, context: OtelContext): Span | undefined {
    const ofContext = outer instanceof MetricsSpan ? outer.within : undefined;
    return context === this.#provider.context.active() ? (liveSpan() ?? ofContext) : ofContext;
  }
}
