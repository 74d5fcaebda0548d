import { types } from "node:util";
import { bindToCurrent } from "../tracing/context.js";
import type { Span } from "../tracing/span.js";

type Callback = (...args: unknown[]) => unknown;

/** A callback that first ends `span`, and then runs in the context of the call, not in that of a pooled connection. */
export function endingCallback(span: Span, callback: Callback): Callback {
  const bound = bindToCurrent(callback);
  return function ended(this: unknown, ...args: unknown[]): unknown {
    span.end();
    return bound.apply(this, args);
  };
}

/**
 * Ends `span` when `result` settles, and gives the application a promise that is handled, or not, by nobody but itself. What is no promise ends the span
 * at once.
 */
export function endingResult(span: Span, result: unknown): unknown {
  if (!types.isPromise(result)) {
    if (typeof (result as PromiseLike<unknown> | null | undefined)?.then !== "function") {
      span.end();
      return result;
    }
  }
  return (result as Promise<unknown>).then(
    (value) => {
      span.end();
      return value;
    },
    (error) => {
      span.end();
      throw error;
    },
  );
}
