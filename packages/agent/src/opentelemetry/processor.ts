import { type Client, getClient } from "../client.js";
import type { Span } from "../tracing/span.js";
import { epochMs, type OtelContext, type OtelSpanContext, type OtelTime, SPAN_KEY, SpanKind } from "./otel-types.js";
import { endMeasured, SpanFacts } from "./span-mapping.js";

/** A span of the OpenTelemetry SDK 2.x, as a processor gets it. */
export interface SdkSpanLike {
  readonly name: string;
  readonly kind: number;
  readonly startTime: OtelTime;
  readonly endTime: OtelTime;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: { readonly code: number };
  /** Ids of the trace and the span. */
  spanContext(): OtelSpanContext;
}

/** What measures a span: state on the span itself, no map of ids, so a span that never ends goes with its context (TR-31). */
interface Measured {
  /** Ended with the span; undefined for layers, which are part of what they are in. */
  own: Span | undefined;
  /** Parent of the span's children. */
  within: Span | undefined;
}

const MEASURED: unique symbol = Symbol("tidegauge.measured");
type WithMeasured = { [MEASURED]?: Measured | undefined };

/**
 * Breakdown and transaction metrics from the application's own OpenTelemetry SDK (TR-3): add it to the SDK's `spanProcessors`, and a `BreakdownSampler` around
 * the sampler if not everything is sampled. The agent's own hooks are then taken out, so that nothing is measured twice. Exports nothing, never throws.
 */
export class TidegaugeSpanProcessor {
  readonly #client: Client;

  /** `client` defaults to the running one. */
  constructor(options: { readonly client?: Client } = {}) {
    this.#client = options.client ?? getClient();
    this.#client.measureByOpenTelemetry();
  }

  /** Starts the transaction or span that stands for this one; never throws. */
  onStart(span: SdkSpanLike, parentContext: OtelContext): void {
    try {
      (span as WithMeasured)[MEASURED] = this.#start(span, parentContext);
    } catch (error) {
      this.#client.logger.debug(`span processor: ${String(error)}`);
    }
  }

  /** Ends what `onStart` started, with the names and attributes the span has by now; never throws. */
  onEnd(span: SdkSpanLike): void {
    try {
      const own = (span as WithMeasured)[MEASURED]?.own;
      if (own === undefined) return;
      const facts = new SpanFacts();
      facts.setAll(span.attributes);
      endMeasured(own, span.name, span.kind, facts, span.status.code, epochMs(span.endTime));
    } catch (error) {
      this.#client.logger.debug(`span processor: ${String(error)}`);
    }
  }

  /** Nothing waits here: what ended is in the metric sets. */
  async forceFlush(): Promise<void> {}

  /** Nothing waits here: what ended is in the metric sets already. */
  async shutdown(): Promise<void> {}

  #start(span: SdkSpanLike, parentContext: OtelContext): Measured {
    const parent = parentContext.getValue(SPAN_KEY) as (WithMeasured & { spanContext(): OtelSpanContext }) | undefined;
    const hasLocalParent =
      parent !== undefined && parent.spanContext().isRemote !== true && isValid(parent.spanContext());
    const { kind } = span;
    const startMs = epochMs(span.startTime);
    if (kind === SpanKind.SERVER || kind === SpanKind.CONSUMER || (!hasLocalParent && isRootKind(kind, parent))) {
      const own = this.#client.tracer.hookTransaction("unknown", startMs);
      return { own, within: own };
    }
    const within = parent?.[MEASURED]?.within;
    const facts = new SpanFacts();
    facts.setAll(span.attributes);
    if (within === undefined || facts.isLayer) return { own: undefined, within };
    const own = within.startChild(span.name, "", "", startMs);
    return { own, within: own };
  }
}

/** A root that only calls out would make junk transactions of timers and agents; one with a remote parent is a part of a request (TR-20). */
function isRootKind(kind: number, remoteParent: unknown): boolean {
  return remoteParent !== undefined || (kind !== SpanKind.CLIENT && kind !== SpanKind.PRODUCER);
}

function isValid(context: OtelSpanContext): boolean {
  return !/^0*$/.test(context.spanId);
}
