/** A context of `@opentelemetry/api` 1.x. */
export interface OtelContext {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): OtelContext;
  deleteValue(key: symbol): OtelContext;
}

/** Carries contexts through asynchronous code. */
export interface OtelContextManager {
  active(): OtelContext;
  with(context: OtelContext, fn: (...args: unknown[]) => unknown, thisArg?: unknown, ...args: unknown[]): unknown;
}

/** The key under which a context says that an SDK should not trace. A registered symbol, so that all copies of the API mean the same. */
export const SUPPRESS_KEY: unique symbol = Symbol.for("OpenTelemetry SDK Context Key SUPPRESS_TRACING") as never;

/** What is registered with the API of this process, by any of its copies. */
export function registeredApi(): { trace?: unknown; context?: OtelContextManager } | undefined {
  return (globalThis as Record<symbol, unknown>)[Symbol.for("opentelemetry.js.api.1")] as never;
}
