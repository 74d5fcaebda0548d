import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { namesTag } from "../http/entity-tag.js";
import type { Exchange } from "../http/route.js";
import { sendSteadily } from "./steady-answer.js";

/** What is handed to the connection at once. */
const SLICE_BYTES = 64 * 1024;

/**
 * Answers with JSON and its ETag, or 304 without a body when the client has exactly that. Resolves when it is sent.
 */
export function sendTagged(exchange: Exchange, body: unknown): Promise<void> {
  return sendTaggedText(exchange, [Buffer.from(JSON.stringify(body))]);
}

/** The same with the JSON text, in pieces. */
export async function sendTaggedText(exchange: Exchange, pieces: readonly Buffer[]): Promise<void> {
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
  if (length <= SLICE_BYTES) response.end(Buffer.concat(pieces));
  else await sendSteadily(Readable.from(slices(pieces)), response, length);
}

function* slices(pieces: readonly Buffer[]): Generator<Buffer> {
  for (const piece of pieces) {
    for (let from = 0; from < piece.length; from += SLICE_BYTES) yield piece.subarray(from, from + SLICE_BYTES);
  }
}
