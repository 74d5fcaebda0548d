import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Credentials } from "../admission/credentials.js";
import { guard, type Refusal } from "../admission/guard.js";
import type { Guesses } from "../admission/guesses.js";
import type { Sessions } from "../admission/sessions.js";
import type { Logger } from "../health/log.js";
import type { ServerMetrics } from "../health/metrics.js";
import { sendApm, sendError } from "./answer.js";
import { answerBroken } from "./broken-request.js";
import { HttpExchange, pathOf } from "./exchange.js";
import type { Route } from "./route.js";

/** What every connection is held to. */
export interface ConnectionLimits {
  /** A request's head, and its body, must have arrived after this time (8.4 `read_timeout`). */
  readonly readTimeoutMs: number;
  /** An idle kept-alive connection is closed after this time (8.4 `idle_timeout`). */
  readonly idleTimeoutMs: number;
  /** Longest request head. */
  readonly maxHeaderSizeBytes: number;
  /** Connections at once; more are closed at once. */
  readonly maxConnections: number;
}

/** What a listener serves, whom it lets in and its limits. */
export interface ListenerOptions {
  readonly routes: readonly Route[];
  readonly credentials: Credentials;
  readonly sessions: Sessions;
  readonly guesses: Guesses;
  readonly insecure: boolean;
  readonly tls: { cert: Buffer; key: Buffer } | undefined;
  readonly limits: ConnectionLimits;
  readonly metrics: ServerMetrics;
  readonly logger: Logger;
}

const WARN_EVERY_MS = 60_000;
const NOT_FOUND = "404 page not found";

/**
 * The HTTP(S) socket and the way every request takes to its route:
 *
 *   guard (who may talk at all) → route → credentials or session → method → handle
 */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #routes = new Map<string, Route>();
  readonly #server: Server;
  readonly #open = new Set<HttpExchange>();
  readonly #warnedMs = new Map<Refusal["reason"], number>();
  #closing = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
    for (const route of options.routes) this.#routes.set(route.path, route);
    const { limits, tls } = options;
    const serverOptions = {
      headersTimeout: limits.readTimeoutMs,
      // Longer than the intake's own limit, which still can answer 503; this one only says 408 or nothing.
      requestTimeout: limits.readTimeoutMs + 5_000,
      connectionsCheckingInterval: Math.min(1_000, limits.readTimeoutMs),
      keepAliveTimeout: limits.idleTimeoutMs,
      maxHeaderSize: limits.maxHeaderSizeBytes,
      noDelay: true,
    };
    this.#server =
      tls === undefined
        ? createServer(serverOptions)
        : createTlsServer({ ...serverOptions, ...tls, handshakeTimeout: limits.readTimeoutMs });
    this.#server.maxConnections = limits.maxConnections;
    const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
      void this.#onRequest(request, response);
    };
    this.#server.on("request", onRequest);
    // A refused request must not be told to go on sending: whoever reads the body says "100 Continue".
    this.#server.on("checkContinue", onRequest);
    this.#server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) =>
      this.#onClientError(error, socket),
    );
    this.#server.on("drop", () => options.metrics.refused("connections"));
    this.#server.on("connection", (socket: Socket) => {
      options.metrics.connections++;
      socket.once("close", () => options.metrics.connections--);
    });
  }

  /** Resolves with the bound address; rejects with the system's error (`EADDRINUSE`, …). */
  listen(host: string, port: number): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, host, () => {
        this.#server.off("error", reject);
        this.#server.on("error", (error) => this.#options.logger.error({ err: error }, "listening failed"));
        resolve(this.#server.address() as AddressInfo);
      });
    });
  }

  /** No new connections or requests. What is being answered goes on; long answers to readers are ended. */
  refuse(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#server.close();
    this.#server.closeIdleConnections();
    for (const exchange of this.#open) exchange.abort();
  }

  /** Resolves when every answer under way has been sent, at most after a second. */
  async flushed(): Promise<void> {
    const deadline = Date.now() + 1_000;
    while (this.#open.size > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  /** Closes every connection, whatever it is doing. */
  async destroy(): Promise<void> {
    this.refuse();
    const closed = new Promise<void>((resolve) => {
      if (this.#server.listening) this.#server.once("close", () => resolve());
      else this.#server.close(() => resolve());
    });
    this.#server.closeAllConnections();
    await closed;
  }

  async #onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange = new HttpExchange(request, response, Date.now());
    response.setHeader("X-Content-Type-Options", "nosniff");
    this.#open.add(exchange);
    response.once("close", () => this.#open.delete(exchange));
    try {
      await this.#answer(exchange);
      this.#expectReading(response);
    } catch (error) {
      this.#options.logger.error({ err: error, "url.path": pathOf(request.url) }, "a request failed inside the server");
      refuse(exchange, 500, "internal", "internal server error");
      // What was begun cannot become an error any more: the client learns it from an answer that breaks off.
      if (response.headersSent && !response.writableEnded) response.destroy();
    }
  }

  /** A client that stops reading its answer must not hold it in memory for ever (8.4 `write_timeout`). One that goes on, however slowly, gets all of it. */
  #expectReading(response: ServerResponse): void {
    if (!response.writableEnded || response.writableLength === 0) return;
    // The connection's own timer begins anew with every part that is taken; after the answer that of idle connections is in its place.
    response.setTimeout(this.#options.limits.readTimeoutMs, () => response.destroy());
  }

  async #answer(exchange: HttpExchange): Promise<void> {
    const { request } = exchange;
    const { credentials, sessions, metrics, insecure } = this.#options;
    if (this.#closing)
      return refuse(exchange, 503, "shutting_down", "server is shutting down", { Connection: "Close" });
    const refusal = guard(request, { credentialsConfigured: credentials.configured, insecure });
    if (refusal !== undefined) {
      metrics.refused(refusal.reason);
      this.#warn(refusal, request.socket.remoteAddress, exchange.receivedAtMs);
      return refuse(exchange, refusal.status, "forbidden", refusal.message, { Connection: "Close" });
    }
    const path = pathOf(request.url);
    const route = path === undefined ? undefined : this.#routes.get(path);
    if (route === undefined) return refuse(exchange, 404, "not_found", NOT_FOUND);
    if (route.auth !== "none") {
      const verdict = credentials.check(request.headers.authorization);
      exchange.authorized =
        verdict.allowed || (takesSession(route.path) && sessions.check(request.headers, exchange.receivedAtMs));
      if (!exchange.authorized && !verdict.allowed) {
        const wait = verdict.guess ? this.#wrongGuess(request, exchange.receivedAtMs) : 0;
        if (wait > 0) {
          return refuse(exchange, 429, "too_many_attempts", "authentication failed: too many attempts", {
            "Retry-After": wait,
            Connection: "Close",
          });
        }
        if (route.auth === "required") {
          metrics.refused("unauthorized");
          return refuse(exchange, 401, "unauthorized", verdict.message);
        }
      }
    } else {
      exchange.authorized = !credentials.configured;
    }
    if (route.methods !== "*" && !allows(route.methods, request.method)) {
      return refuse(exchange, 405, "method_not_allowed", `method not supported: ${request.method}`, {
        Allow: route.methods.join(", "),
      });
    }
    await route.handle(exchange);
  }

  /** Says why somebody is turned away, once a minute and reason: whoever set the server up must not have to guess. */
  #warn({ reason, message }: Refusal, address: string | undefined, nowMs: number): void {
    if (nowMs - (this.#warnedMs.get(reason) ?? Number.NEGATIVE_INFINITY) < WARN_EVERY_MS) return;
    this.#warnedMs.set(reason, nowMs);
    this.#options.logger.warn({ "client.address": address }, message);
  }

  #wrongGuess(request: IncomingMessage, nowMs: number): number {
    const { guesses, metrics, logger } = this.#options;
    const address = request.socket.remoteAddress ?? "";
    const wait = guesses.wrong(address, nowMs);
    metrics.refused("credentials");
    if (guesses.isFirstTooMany(address)) {
      logger.warn(
        { "client.address": address },
        "many wrong credentials from one address; further ones are answered 429",
      );
    }
    return wait;
  }

  #onClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
    this.#options.metrics.refused(error.code === "HPE_HEADER_OVERFLOW" ? "header" : "protocol");
    answerBroken(error, socket);
  }
}

function allows(methods: readonly string[], method: string | undefined): boolean {
  return methods.includes(method ?? "") || (method === "HEAD" && methods.includes("GET"));
}

/** Agents show their credentials with every request; the page's cookie opens what the page reads, and nothing that agents send to. */
function takesSession(path: string): boolean {
  return !path.startsWith("/intake/") && !path.startsWith("/config/");
}

/** The refusal in the form of the API it concerns: the envelope under `/api/v1`, APM Server's elsewhere. */
function refuse(
  exchange: HttpExchange,
  status: number,
  code: string,
  message: string,
  headers: Record<string, string | number> = {},
): void {
  if (exchange.request.url?.startsWith("/api/v1/")) sendError(exchange, status, code, message, headers);
  else sendApm(exchange, status, message, headers);
}
