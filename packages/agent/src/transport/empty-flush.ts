import type { Logger } from "../logging/logger.js";
import type { Endpoint } from "./http/endpoint.js";
import type { Sender } from "./http/sender.js";

/**
 * Tells a server on this machine that all is flushed, though there was nothing to send: the Lambda extension waits for it (W-4). Never rejects.
 */
export async function sendEmptyFlush(
  endpoint: Endpoint,
  sender: Sender,
  timeoutMs: number,
  logger: Logger,
): Promise<void> {
  if (!endpoint.loopback) return;
  const url = new URL(endpoint.events);
  url.search = "flushed=true";
  const headers = { ...endpoint.headers, "Content-Type": "application/x-ndjson", "Content-Length": "0" };
  try {
    await sender.send({ method: "POST", url, headers, timeoutMs });
  } catch (error) {
    logger.debug(`empty flush: ${String(error)}`);
  }
}
