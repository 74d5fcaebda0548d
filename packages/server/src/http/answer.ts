import type { OutgoingHttpHeaders } from "node:http";
import type { ErrorResponse } from "@tidegauge/protocol/query";
import { endEarly, hasUnreadBody } from "./linger.js";
import type { Exchange } from "./route.js";

/** Answers with one JSON document. Does nothing when the client has left or an answer was already begun. */
export function sendJson(exchange: Exchange, status: number, body: unknown, headers?: OutgoingHttpHeaders): void {
  send(exchange, status, "application/json", JSON.stringify(body), headers);
}

/** Answers with plain text. */
export function sendText(exchange: Exchange, status: number, text: string, headers?: OutgoingHttpHeaders): void {
  send(exchange, status, "text/plain; charset=utf-8", text, headers);
}

/** The error form of everything under `/api/v1`: `{ "error": { "code", "message" } }`. `message` must carry no secret and name no engine. */
export function sendError(
  exchange: Exchange,
  status: number,
  code: string,
  message: string,
  headers?: OutgoingHttpHeaders,
): void {
  const body: ErrorResponse = { error: { code, message } };
  sendJson(exchange, status, body, headers);
}

/** Answers without a body: 204, 304, or an intake success that was not asked to be verbose (SRV-27). */
export function sendEmpty(exchange: Exchange, status: number, headers?: OutgoingHttpHeaders): void {
  if (!open(exchange)) return;
  const length = status === 204 || status === 304 ? {} : { "Content-Length": 0 };
  finish(exchange, status, { ...length, ...headers }, undefined);
}

/**
 * The form APM Server answers in (§8.1): a string is wrapped as `{"error": …}`; pretty-printed `application/json` where the client accepts it,
 * else one line of `text/plain`.
 */
export function sendApm(exchange: Exchange, status: number, body: unknown, headers?: OutgoingHttpHeaders): void {
  const [contentType, text] = apmBody(exchange.request.headers.accept, body);
  send(exchange, status, contentType, text, headers);
}

/** Content type and text of an APM answer for this `Accept` header. */
function apmBody(accept: string | undefined, body: unknown): [contentType: string, text: string] {
  const document = typeof body === "string" ? { error: body } : body;
  if (accept !== undefined && (accept.includes("*/*") || accept.includes("application/json"))) {
    return ["application/json", `${JSON.stringify(document, undefined, 2)}\n`];
  }
  return ["text/plain; charset=utf-8", `${JSON.stringify(document)}\n`];
}

function send(
  exchange: Exchange,
  status: number,
  contentType: string,
  text: string,
  headers: OutgoingHttpHeaders | undefined,
): void {
  if (!open(exchange)) return;
  const body = Buffer.from(text);
  finish(exchange, status, { "Content-Type": contentType, "Content-Length": body.length, ...headers }, body);
}

function finish(exchange: Exchange, status: number, headers: OutgoingHttpHeaders, body: Buffer | undefined): void {
  const { request, response } = exchange;
  if (!hasUnreadBody(request)) {
    response.writeHead(status, headers);
    response.end(body);
  } else if (request.headers.expect !== undefined) {
    // The client has not been told to send its body and will not: nothing to wait for, but the connection cannot be used again.
    response.writeHead(status, { ...headers, Connection: "Close" });
    response.end(body);
  } else {
    response.writeHead(status, headers);
    endEarly(request, response, body);
  }
}

function open(exchange: Exchange): boolean {
  return !exchange.response.headersSent && !exchange.response.destroyed;
}
