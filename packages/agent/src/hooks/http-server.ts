import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Matcher } from "../config/matcher.js";
import { matchesAny } from "../config/matcher.js";
import { enterSpan, runInSpan } from "../tracing/context.js";
import type { Span } from "../tracing/span.js";
import type { Tracer } from "../tracing/tracer.js";
import type { HookGuard } from "./hook-guard.js";
import { EXCHANGE, exchangeOf, HttpExchange, type WithExchange } from "./http-exchange.js";

/** Node's channel at the start of a request, before the application sees it, and the one when the response is handed to the system. */
const STARTED = "http.server.request.start";
const FINISHED = "http.server.response.finish";

interface Message {
  request: IncomingMessage & WithExchange;
  response: ServerResponse;
}

/** A request with a body whose chunks may come in later packets. */
type Emitter = { emit: (...args: unknown[]) => boolean };

/**
 * Makes a transaction of each request of every `http` and `https` server of the process. Behind express each request and each response has a hidden class of its own, since it
 * replaces their prototypes: whatever is read of them then costs 0.1 to 0.4 µs. So as little as possible is.
 */
export class HttpServerHook {
  readonly #tracer: Tracer;
  readonly #guard: HookGuard;
  readonly #ignoreUrls: () => readonly Matcher[];

  /** `ignoreUrls` is asked for each request, since `transaction_ignore_urls` is dynamic (BD-29). */
  constructor(tracer: Tracer, guard: HookGuard, ignoreUrls: () => readonly Matcher[]) {
    this.#tracer = tracer;
    this.#guard = guard;
    this.#ignoreUrls = ignoreUrls;
  }

  install(): void {
    subscribe(STARTED, this.#started);
    subscribe(FINISHED, this.#finished);
  }

  remove(): void {
    this.#guard.isOn = false;
    unsubscribe(STARTED, this.#started);
    unsubscribe(FINISHED, this.#finished);
  }

  readonly #started = (message: unknown): void => {
    if (!this.#guard.isOn) return;
    try {
      const { request, response } = message as Message;
      const transaction = this.#isIgnored(request.url) ? undefined : this.#tracer.hookTransaction("request");
      // Also without a transaction: a kept-alive connection still has the last one as its context.
      enterSpan(transaction);
      if (transaction === undefined) return;
      const exchange = new HttpExchange(transaction);
      request[EXCHANGE] = exchange;
      // Long after the response, or when the client left before it was complete.
      response.on("close", () => {
        if (exchange.transaction !== undefined) this.#left(exchange, request, response);
      });
      const { headers } = request;
      if (headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined) {
        bindBody(request as unknown as Emitter, transaction);
      }
    } catch (error) {
      this.#guard.failed(error);
    }
  };

  readonly #finished = (message: unknown): void => {
    if (!this.#guard.isOn) return;
    try {
      const { request, response } = message as Message;
      // The head was sent: without it no response is finished.
      exchangeOf(request)?.end(request, response.statusCode);
    } catch (error) {
      this.#guard.failed(error);
    }
  };

  #left(exchange: HttpExchange, request: IncomingMessage, response: ServerResponse): void {
    try {
      exchange.end(request, response.headersSent ? response.statusCode : undefined);
    } catch (error) {
      this.#guard.failed(error);
    }
  }

  #isIgnored(url: string | undefined): boolean {
    const patterns = this.#ignoreUrls();
    if (patterns.length === 0 || url === undefined) return false;
    const query = url.indexOf("?");
    return matchesAny(patterns, query < 0 ? url : url.slice(0, query));
  }
}

/**
 * The listeners of a request run in the context of the connection, which is none (Node ≥ 24) or that of a later request. Those of a request with a
 * body are brought back to its transaction.
 */
function bindBody(request: Emitter, transaction: Span): void {
  const emit = request.emit;
  request.emit = function emitInTransaction(this: unknown, ...args: unknown[]): boolean {
    return runInSpan(transaction, () => emit.apply(this, args));
  };
}
