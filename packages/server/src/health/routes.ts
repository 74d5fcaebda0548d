import { sendJson, sendText } from "../http/answer.js";
import type { Route } from "../http/route.js";
import type { Output } from "../output/output.js";
import type { ServerMetrics } from "./metrics.js";

/** What the health routes report of. */
export interface HealthOptions {
  readonly output: Output;
  readonly metrics: ServerMetrics;
  /** The server's own version. */
  readonly version: string;
}

/**
 * `GET /healthz`: the process runs, and its version. `GET /readyz`: it can write, else 503. `GET /metrics`: its own metrics in Prometheus text.
 * The first two stay open when a token is set, and then say no details.
 */
export function createHealthRoutes({ output, metrics, version }: HealthOptions): Route[] {
  return [
    {
      path: "/healthz",
      methods: ["GET"],
      auth: "optional",
      handle: (exchange) =>
        sendJson(exchange, 200, exchange.authorized ? { status: "ok", version } : { status: "ok" }, NO_STORE),
    },
    {
      path: "/readyz",
      methods: ["GET"],
      auth: "optional",
      handle: (exchange) => {
        const state = output.ready();
        if (state.ready) sendJson(exchange, 200, { status: "ready" }, NO_STORE);
        else {
          const body = exchange.authorized ? { status: "not ready", reason: state.reason } : { status: "not ready" };
          sendJson(exchange, 503, body, NO_STORE);
        }
      },
    },
    {
      path: "/metrics",
      methods: ["GET"],
      auth: "required",
      handle: (exchange) =>
        sendText(exchange, 200, metrics.text(version, output.ready().ready, output.figures?.()), {
          ...NO_STORE,
          "Content-Type": "text/plain; version=0.0.4; charset=utf-8",
        }),
    },
  ];
}

const NO_STORE = { "Cache-Control": "no-store" };
