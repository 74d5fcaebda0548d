import { AsyncLocalStorage } from "node:async_hooks";
import { runInSpan, runUnmeasured } from "../tracing/context.js";
import { type OtelContext, SPAN_KEY, SUPPRESS_KEY } from "./otel-types.js";
import { MetricsSpan } from "./provider-span.js";

type Fn = (...args: unknown[]) => unknown;

/** The API's context manager, which also makes the span of a context the current one for our own hooks and manual API. */
export class TidegaugeContextManager {
  readonly #root: OtelContext;
  readonly #storage = new AsyncLocalStorage<OtelContext>();

  constructor(root: OtelContext) {
    this.#root = root;
  }

  active(): OtelContext {
    return this.#storage.getStore() ?? this.#root;
  }

  with(context: OtelContext, fn: Fn, thisArg?: unknown, ...args: unknown[]): unknown {
    const run = (): unknown => this.#storage.run(context ?? this.#root, () => fn.apply(thisArg, args));
    if (context?.getValue(SUPPRESS_KEY) === true) return runUnmeasured(run);
    const span = context?.getValue(SPAN_KEY);
    return span instanceof MetricsSpan ? runInSpan(span.within, run) : run();
  }

  /** Binds a function, or the listeners of an emitter. */
  bind<T>(context: OtelContext, target: T): T {
    const manager = this;
    if (typeof target === "function") {
      return function bound(this: unknown, ...args: unknown[]): unknown {
        return manager.with(context, target as unknown as Fn, this, ...args);
      } as T;
    }
    const emitter = target as { emit?: Fn } | null | undefined;
    const emit = emitter?.emit;
    if (typeof emit === "function") {
      (emitter as { emit: Fn }).emit = function emitInContext(this: unknown, ...args: unknown[]): unknown {
        return manager.with(context, emit, this, ...args);
      };
    }
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.#storage.disable();
    return this;
  }
}
