import { AsyncLocalStorage } from "node:async_hooks";
import { registeredApi, SUPPRESS_KEY } from "./registered-api.js";
import { inertSpan, type Span } from "./span.js";

/**
 * The current span of the running code. One storage for the process: it is made when the first tracer is active, so that an application without tracing
 * pays nothing for it (Node turns on promise hooks with the first use of a storage).
 */
let storage: AsyncLocalStorage<Span | undefined> | undefined;

/** What is current while the agent works for itself: everything below it is inert (TR-35). */
const suppressed: Span = inertSpan("");

/** Makes spans possible. Called by a tracer that measures. */
export function enableContext(): void {
  storage ??= new AsyncLocalStorage();
}

/** The span the running code is in, live or not; undefined outside of all. */
export function currentSpan(): Span | undefined {
  return storage?.getStore();
}

/** The current span if measuring below it makes sense. */
export function liveSpan(): Span | undefined {
  const span = storage?.getStore();
  return span?.isLive ? span : undefined;
}

/** Runs `fn` with `span` as the current one, for everything called and awaited inside. */
export function runInSpan<R>(span: Span | undefined, fn: () => R): R {
  return storage === undefined ? fn() : storage.run(span, fn);
}

/** Makes `span` current for the rest of this callback and what it starts; for hooks that are told of a start but do not call the application. */
export function enterSpan(span: Span | undefined): void {
  storage?.enterWith(span);
}

/** Runs the agent's own work, so that no hook sees it, nor an OpenTelemetry SDK of the application (W-7, TR-35). */
export function runSuppressed<R>(fn: () => R): R {
  const contexts = registeredApi()?.context;
  if (contexts === undefined) return runUnmeasured(fn);
  return contexts.with(contexts.active().setValue(SUPPRESS_KEY, true), () => runUnmeasured(fn)) as R;
}

/** As `runSuppressed`, for our own hooks alone. */
export function runUnmeasured<R>(fn: () => R): R {
  return storage === undefined ? fn() : storage.run(suppressed, fn);
}

/** True inside `runSuppressed`. */
export function isSuppressed(): boolean {
  return storage?.getStore() === suppressed;
}

/** `callback` running in the context of now, for callers that queue it and run it from somebody else's context (connection pools). */
export function bindToCurrent<A extends unknown[], R>(callback: (...args: A) => R): (...args: A) => R {
  const current = storage;
  if (current === undefined) return callback;
  const span = current.getStore();
  return function bound(this: unknown, ...args: A): R {
    return current.run(span, () => callback.apply(this, args));
  };
}
