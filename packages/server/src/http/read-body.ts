import { ChunkSource } from "./chunk-source.js";
import { askForBody } from "./linger.js";
import type { Exchange } from "./route.js";

const READ_TIMEOUT_MS = 10_000;

/** Why a body could not be read: it is larger than allowed, or did not arrive whole in 10 s. */
export type Unread = "too large" | "incomplete";

/** A small request body, or why it is not there. */
export async function readBody(exchange: Exchange, maxBytes: number): Promise<Buffer | Unread> {
  askForBody(exchange.request, exchange.response);
  const source = new ChunkSource(exchange.request, READ_TIMEOUT_MS, exchange.receivedAtMs);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for (let chunk = await source.next(); chunk !== undefined; chunk = await source.next()) {
      size += chunk.length;
      if (size > maxBytes) return "too large";
      chunks.push(chunk);
    }
  } finally {
    source.dispose();
  }
  return source.ended === "end" ? Buffer.concat(chunks) : "incomplete";
}

/** The JSON document in a small request body; undefined when there is none, it is no JSON, larger than `maxBytes`, or does not arrive in 10 s. */
export async function readJson(exchange: Exchange, maxBytes: number): Promise<unknown> {
  const body = await readBody(exchange, maxBytes);
  return typeof body === "string" ? undefined : parseJson(body);
}

/** Undefined for what is no JSON. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}
