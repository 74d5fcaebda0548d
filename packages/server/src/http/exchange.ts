import type { IncomingMessage, ServerResponse } from "node:http";
import type { Exchange } from "./route.js";

/** The `Exchange` of one request. What few routes need (the parsed URL, the abort signal) is made when first asked for. */
export class HttpExchange implements Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly receivedAtMs: number;
  authorized = false;
  #url: URL | undefined;
  #abort: AbortController | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, receivedAtMs: number) {
    this.request = request;
    this.response = response;
    this.receivedAtMs = receivedAtMs;
  }

  get url(): URL {
    this.#url ??= new URL(`http://localhost${this.request.url}`);
    return this.#url;
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      const controller = new AbortController();
      this.#abort = controller;
      if (this.response.destroyed) controller.abort();
      else this.response.once("close", () => controller.abort());
    }
    return this.#abort.signal;
  }

  /** Ends a long answer (server-sent events, a running query) because the server stops. */
  abort(): void {
    this.#abort?.abort();
  }
}

/** The path of a request target without its query: what routes are looked up by. Undefined if it is not a path of this server. */
export function pathOf(target: string | undefined): string | undefined {
  if (target === undefined || !target.startsWith("/")) return undefined;
  const query = target.indexOf("?");
  return query < 0 ? target : target.slice(0, query);
}
