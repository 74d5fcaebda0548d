import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** A client that takes nothing for this long is left. */
const STALLED_MS = 60_000;

/**
 * Sends a body whose head is written, as fast as the client takes it and however long that is; resolves when it is sent or the client has left, which is no
 * failure of the server. One part at a time is handed to the connection: what waits there as a whole shows no progress, at least under TLS.
 */
export async function sendSteadily(body: Readable, response: ServerResponse): Promise<void> {
  response.setTimeout(STALLED_MS, () => response.destroy());
  await pipeline(body, response).catch(() => response.destroy());
}
