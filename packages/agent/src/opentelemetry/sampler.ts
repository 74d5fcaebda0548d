import type { OtelAttributes, OtelContext } from "./otel-types.js";

/** `SamplingDecision`: do not record, record only, record and sample. */
const NOT_RECORD = 0;
const RECORD = 1;

/** A sampler of the OpenTelemetry SDK 2.x. */
export interface SamplerLike<Context = OtelContext, Kind = number, Attributes = OtelAttributes, Link = unknown> {
  /** The sampler's decision for a span that is about to start. */
  shouldSample(
    context: Context,
    traceId: string,
    spanName: string,
    spanKind: Kind,
    attributes: Attributes,
    links: Link[],
  ): { decision: number; attributes?: OtelAttributes; traceState?: unknown };
  /** How the SDK names the sampler in its logs. */
  toString(): string;
}

/**
 * Records the spans that `inner` would drop, without sampling them: a span processor sees every span, the exporters only what `inner` chose (TR-32). Put it
 * around the outermost sampler.
 */
export class BreakdownSampler<S extends SamplerLike<never, never, never, never>> {
  readonly #inner: S;

  constructor(inner: S) {
    this.#inner = inner;
  }

  /** The inner sampler's decision, but what it would not record is recorded without being sampled. */
  shouldSample(...args: Parameters<S["shouldSample"]>): ReturnType<S["shouldSample"]> {
    const result = this.#inner.shouldSample(...(args as never as [never, never, never, never, never, never]));
    return (result.decision === NOT_RECORD ? { ...result, decision: RECORD } : result) as ReturnType<S["shouldSample"]>;
  }

  /** Its name with that of the inner sampler. */
  toString(): string {
    return `BreakdownSampler{${this.#inner.toString()}}`;
  }
}
