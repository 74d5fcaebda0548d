import type { IncomingMessage } from "node:http";
import type { Span } from "../tracing/span.js";

/** What the hooks know about one incoming request while it runs. Frameworks' hooks find it on the request and leave the route there. */
export class HttpExchange {
  /** Undefined once it ended: Node and frameworks hold on to a request for long, which moves it through the heap with all that hangs on it. */
  transaction: Span | undefined;
  /** The pattern of the route that took the request, mount paths included; never a raw path (TR-22). */
  route: string | undefined = undefined;
  /** Patterns of the mounts the request is in, joined (express). */
  mount = "";
  /** Reads the route when the request ends, for frameworks that keep it themselves (koa). */
  readRoute: (() => string | undefined) | undefined = undefined;

  constructor(transaction: Span) {
    this.transaction = transaction;
  }

  /** Ends the transaction, named and judged by what is known now; `status` is undefined where no head was sent. Does nothing the second time. */
  end(request: IncomingMessage, status: number | undefined): void {
    const { transaction } = this;
    if (transaction === undefined) return;
    this.transaction = undefined;
    if (transaction.name === "") {
      transaction.name = httpTransactionName(request.method, this.route ?? this.readRoute?.());
    }
    if (transaction.outcome === "unknown" && status !== undefined) {
      transaction.outcome = status >= 500 ? "failure" : "success";
    }
    this.readRoute = undefined;
    transaction.end();
  }
}

/** Where the exchange stands on an `IncomingMessage`. */
export const EXCHANGE: unique symbol = Symbol("tidegauge.exchange");

/** An object that may carry an exchange. */
export interface WithExchange {
  [EXCHANGE]?: HttpExchange | undefined;
}

/** The exchange of a request, if it is measured. */
export function exchangeOf(request: unknown): HttpExchange | undefined {
  return (request as WithExchange | null | undefined)?.[EXCHANGE];
}

/** Names are kept by route and method: the sets look them up at each end, and a string made anew is hashed anew. */
const names = new Map<string, Map<string, string>>();
/** Routes beyond this many are named without being kept, in case somebody makes them up. */
const MAX_KEPT_ROUTES = 2000;

/** The transaction name of a request (TR-22). */
export function httpTransactionName(method: string = "GET", route: string = ""): string {
  let byMethod = names.get(route);
  const known = byMethod?.get(method);
  if (known !== undefined) return known;
  const name = `${method} ${route === "" ? "unknown route" : route}`;
  if (byMethod === undefined && names.size < MAX_KEPT_ROUTES) {
    byMethod = new Map();
    names.set(route, byMethod);
  }
  byMethod?.set(method, name);
  return name;
}

/** One route pattern from how frameworks let users write it: text, regular expression, or several of them. */
export function routeText(path: unknown): string {
  if (typeof path === "string") return path;
  if (Array.isArray(path)) return path.map(routeText).join(",");
  return path instanceof RegExp ? String(path) : "";
}

/** A mount pattern and what is below it, with one slash between (`/api/` + `/things` is `/api/things`; a mounted `/` adds nothing). */
export function joinRoute(mount: string, path: string): string {
  if (mount === "" || mount === "/") return path === "" ? "/" : path;
  const base = mount.endsWith("/") ? mount.slice(0, -1) : mount;
  if (path === "" || path === "/") return base;
  return path.startsWith("/") ? base + path : `${base}/${path}`;
}
