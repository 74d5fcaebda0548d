import type { Credentials } from "../admission/credentials.js";
import type { Guesses } from "../admission/guesses.js";
import type { Sessions } from "../admission/sessions.js";
import type { ServerMetrics } from "../health/metrics.js";
import { sendEmpty, sendError } from "./answer.js";
import { readJson } from "./read-body.js";
import type { Exchange, Route } from "./route.js";

const MAX_LOGIN_BYTES = 16 * 1024;

/** What logging in and out of the page works on. */
export interface SessionOptions {
  readonly credentials: Credentials;
  readonly sessions: Sessions;
  readonly guesses: Guesses;
  readonly metrics: ServerMetrics;
}

/**
 * The page's login. `POST /api/v1/session` with `{"token": "…"}` (the secret token, or an API key) → 204 and a session cookie; 401 when it is wrong,
 * 429 with `Retry-After` when too many were wrong. `DELETE /api/v1/session` → 204, the session is over.
 */
export function createSessionRoute(options: SessionOptions): Route {
  return {
    path: "/api/v1/session",
    methods: ["POST", "DELETE"],
    auth: "none",
    handle: (exchange) => (exchange.request.method === "POST" ? login(exchange, options) : logout(exchange, options)),
  };
}

async function login(exchange: Exchange, options: SessionOptions): Promise<void> {
  const { credentials, sessions, guesses, metrics } = options;
  const document = await readJson(exchange, MAX_LOGIN_BYTES);
  const token = (document as { token?: unknown } | null | undefined)?.token;
  if (typeof token !== "string") {
    sendError(exchange, 400, "bad_request", 'send JSON: {"token": "…"}');
    return;
  }
  if (credentials.configured && !credentials.checkLogin(token)) {
    metrics.refused("credentials");
    const wait = guesses.wrong(exchange.request.socket.remoteAddress ?? "", exchange.receivedAtMs);
    if (wait > 0) sendError(exchange, 429, "too_many_attempts", "too many wrong tokens", { "Retry-After": wait });
    else sendError(exchange, 401, "unauthorized", "the token is wrong");
    return;
  }
  sendEmpty(exchange, 204, { "Set-Cookie": sessions.start(exchange.request.headers, exchange.receivedAtMs) });
}

function logout(exchange: Exchange, { sessions }: SessionOptions): void {
  sendEmpty(exchange, 204, { "Set-Cookie": sessions.end(exchange.request.headers) });
}
