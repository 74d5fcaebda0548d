import { createHash } from "node:crypto";
import { namesTag } from "../http/entity-tag.js";
import type { Exchange } from "../http/route.js";

/**
 * Answers with JSON and its ETag, or 304 without a body when the client has exactly that.
 */
export function sendTagged(exchange: Exchange, body: unknown): void {
  sendTaggedText(exchange, [Buffer.from(JSON.stringify(body))]);
}

/** The same with the JSON text, in pieces. */
export function sendTaggedText(exchange: Exchange, pieces: readonly Buffer[]): void {
  const { request, response } = exchange;
  if (response.headersSent || response.destroyed) return;
  const hash = createHash("sha1");
  let length = 0;
  for (const piece of pieces) {
    hash.update(piece);
    length += piece.length;
  }
  const tag = `"${hash.digest("base64url")}"`;
  const headers = { ETag: tag, "Cache-Control": "private, no-cache" };
  if (namesTag(request.headers["if-none-match"], tag)) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  response.writeHead(200, { ...headers, "Content-Type": "application/json", "Content-Length": length });
  for (const piece of pieces) response.write(piece);
  response.end();
}
