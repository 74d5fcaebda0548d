export { type OtelContext, registeredApi, SUPPRESS_KEY } from "../tracing/registered-api.js";

/*
 * The shapes of `@opentelemetry/api` 1.x that tracing meets. Written down here, since the agent has no dependency on it and the application may bring any
 * version.
 */

/** Identity of a span between processes. */
export interface OtelSpanContext {
  traceId: string;
  spanId: string;
  traceFlags: number;
  isRemote?: boolean;
}

/** Epoch or `performance.now()` milliseconds, seconds and nanoseconds, or a date. */
export type OtelTime = number | Date | readonly [seconds: number, nanoseconds: number];
export type OtelAttributes = Readonly<Record<string, unknown>>;

/** `SpanOptions` of the API, as far as they are read. */
export interface OtelSpanOptions {
  kind?: number;
  attributes?: OtelAttributes;
  startTime?: OtelTime;
  root?: boolean;
}

/** `SpanKind`. */
export const SpanKind = { INTERNAL: 0, SERVER: 1, CLIENT: 2, PRODUCER: 3, CONSUMER: 4 } as const;
/** `SpanStatusCode`. */
export const StatusCode = { UNSET: 0, OK: 1, ERROR: 2 } as const;

// Keys of a context are registered symbols, so that all copies of the API mean the same.
/** Where the API keeps the current span in a context. */
export const SPAN_KEY: unique symbol = Symbol.for("OpenTelemetry Context Key SPAN") as never;

/** Epoch milliseconds of a time as the API takes it. */
export function epochMs(time: OtelTime | undefined): number | undefined {
  if (typeof time === "number") return time < performance.timeOrigin ? performance.timeOrigin + time : time;
  if (time instanceof Date) return time.getTime();
  return time === undefined ? undefined : time[0] * 1000 + time[1] / 1e6;
}
