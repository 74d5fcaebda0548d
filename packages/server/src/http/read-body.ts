import { ChunkSource } from "./chunk-source.js";
import { askForBody } from "./linger.js";
import type { Exchange } from "./route.js";

const READ_TIMEOUT_MS = 10_000;

/** The JSON document in a small request body; undefined when there is none, it is no JSON, larger than `maxBytes`, or does not arrive in 10 s. */
export async function readJson(exchange: Exchange, maxBytes: number): Promise<unknown> {
  askForBody(exchange.request, exchange.response);
  const source = new ChunkSource(exchange.request, READ_TIMEOUT_MS, exchange.receivedAtMs);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for (let chunk = await source.next(); chunk !== undefined; chunk = await source.next()) {
      size += chunk.length;
      if (size > maxBytes) return undefined;
      chunks.push(chunk);
    }
  } finally {
    source.dispose();
  }
  if (source.ended !== "end") return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    return undefined;
  }
}
