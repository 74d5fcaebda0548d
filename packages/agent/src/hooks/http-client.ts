import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest, IncomingMessage } from "node:http";
import { liveSpan } from "../tracing/context.js";
import type { Span } from "../tracing/span.js";
import type { Tracer } from "../tracing/tracer.js";
import type { HookGuard } from "./hook-guard.js";
import { type Method, patchMethod, type Unpatch } from "./patch.js";

/** Node ≥ 22.12: published where the application makes the request. */
const CREATED = "http.client.request.created";
/** Published when the request goes out, in the context of the connection. */
const STARTED = "http.client.request.start";
/** Published when the response's head has arrived. */
const RESPONDED = "http.client.response.finish";
/** Published before the application hears of the error; the request's close comes later. */
const FAILED = "http.client.request.error";

const SPAN: unique symbol = Symbol("tidegauge.span");
type Watched = { [SPAN]?: Span };

/** True where Node tells of new requests itself. */
function hasCreatedChannel(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 12);
}

/** Makes a span of each outgoing request of `http` and `https` inside a transaction. Headers are not touched. */
export class HttpClientHook {
  readonly #tracer: Tracer;
  readonly #guard: HookGuard;
  #unpatch: Unpatch | undefined;

  constructor(tracer: Tracer, guard: HookGuard) {
    this.#tracer = tracer;
    this.#guard = guard;
  }

  install(): void {
    if (hasCreatedChannel()) subscribe(CREATED, this.#created);
    // No request is measured before, and a server has loaded `node:http` by then: to load it at the start takes 3 ms, for nothing where nobody uses it.
    else this.#tracer.beforeFirst(() => this.#patchAgent());
    // Requests that no agent handles are first seen here.
    subscribe(STARTED, this.#created);
    subscribe(RESPONDED, this.#responded);
    subscribe(FAILED, this.#failed);
  }

  remove(): void {
    this.#guard.isOn = false;
    unsubscribe(CREATED, this.#created);
    unsubscribe(STARTED, this.#created);
    unsubscribe(RESPONDED, this.#responded);
    unsubscribe(FAILED, this.#failed);
    this.#unpatch?.();
  }

  #patchAgent(): void {
    if (!this.#guard.isOn) return;
    try {
      const { Agent } = process.getBuiltinModule("node:http");
      this.#unpatch = patchMethod(Agent.prototype, "addRequest", (original) => this.#wrapAddRequest(original));
    } catch (error) {
      this.#guard.failed(error);
    }
  }

  #wrapAddRequest(original: Method): Method {
    const hook = this;
    return function addRequest(this: unknown, ...args: unknown[]): unknown {
      hook.#created({ request: args[0] });
      return original.apply(this, args);
    };
  }

  readonly #created = (message: unknown): void => {
    if (!this.#guard.isOn) return;
    try {
      const { request } = message as { request: ClientRequest & Watched };
      if (request[SPAN] !== undefined) return;
      const parent = liveSpan();
      if (parent === undefined) return;
      request[SPAN] = parent.startChild("HTTP", "external", "http");
      // The response was read to its end, or there will be none.
      request.on("close", endSpan);
    } catch (error) {
      this.#guard.failed(error);
    }
  };

  readonly #responded = (message: unknown): void => {
    if (!this.#guard.isOn) return;
    try {
      const { request, response } = message as { request: Watched; response: IncomingMessage & Watched };
      const span = request[SPAN];
      if (span === undefined) return;
      response[SPAN] = span;
      // Sooner than the request's close, which may wait for the connection's.
      response.on("end", endSpan);
    } catch (error) {
      this.#guard.failed(error);
    }
  };

  readonly #failed = (message: unknown): void => {
    if (!this.#guard.isOn) return;
    try {
      (message as { request: Watched }).request[SPAN]?.end();
    } catch (error) {
      this.#guard.failed(error);
    }
  };
}

function endSpan(this: Watched): void {
  this[SPAN]?.end();
}
