import { sendApm, sendEmpty } from "./answer.js";
import type { Page } from "./page.js";
import type { Exchange, Route } from "./route.js";

/** The version of the APM Server that this one stands in for: fixed, since agents switch features by it (SRV-10). */
export const COMPATIBLE_VERSION = "9.5.2";

/** What agents are told (SRV-10). The server's own version is in `GET /healthz`. */
const SERVER_INFO = {
  build_date: "2026-01-01T00:00:00Z",
  build_sha: "0000000000000000000000000000000000000000",
  publish_ready: true,
  version: COMPATIBLE_VERSION,
};

const NOT_FOR_DATA =
  "method not supported: this is the server information endpoint; did you mean to send data to another endpoint instead?";

/** `/`: the server's information for agents, the page for browsers. */
export function createRootRoute(page: Page): Route {
  return { path: "/", methods: "*", auth: "optional", handle: (exchange) => root(exchange, page) };
}

function root(exchange: Exchange, page: Page): void {
  const { headers, method } = exchange.request;
  if (method !== "GET" && method !== "HEAD") {
    sendApm(exchange, 405, NOT_FOR_DATA);
    return;
  }
  if (headers.accept?.includes("text/html") === true) {
    page.sendIndex(exchange);
    return;
  }
  // SRV-5: without the right credentials the answer is no error, and says nothing.
  if (exchange.authorized) sendApm(exchange, 200, SERVER_INFO, { Vary: "Accept" });
  else sendEmpty(exchange, 200);
}
