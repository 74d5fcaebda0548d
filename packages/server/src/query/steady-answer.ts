import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** A client that takes nothing for this long is left. */
const STALLED_MS = 60_000;
/** Of a body that lies in memory, this part has to be taken in each such time: who takes a byte now and then would hold it for ever. */
const LEAST_PART = 0.1;
const PACE_MS = 60_000;

/**
 * Sends a body whose head is written, as fast as the client takes it; resolves when it is sent or the client has left, which is no failure of the server. One
 * piece at a time is handed to the connection: what waits there as a whole shows no progress, at least under TLS. `heldBytes`: size of a body that lies in
 * memory until it is sent; a client that does not take a tenth of it each minute is left, others may take as long as they like.
 */
export async function sendSteadily(body: Readable, response: ServerResponse, heldBytes = 0): Promise<void> {
  response.setTimeout(STALLED_MS, () => response.destroy());
  let taken = 0;
  let before = 0;
  const pace = setInterval(() => {
    if (taken - before < heldBytes * LEAST_PART) response.destroy();
    before = taken;
  }, PACE_MS);
  async function* counted(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of pieces) {
      taken += piece.length;
      yield piece;
    }
  }
  await pipeline(body, counted, response).catch(() => response.destroy());
  clearInterval(pace);
}
