import type { IncomingMessage, ServerResponse } from "node:http";

const MAX_DISCARDED_BYTES = 1024 * 1024;
const MAX_LINGER_MS = 2_000;

/** The client announced a body of which not everything has arrived. */
export function hasUnreadBody(request: IncomingMessage): boolean {
  if (request.complete) return false;
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  return encoding !== undefined || (length !== undefined && length !== "0");
}

/**
 * Finishes an answer that was given before the body was read. Closing at once would reset the connection, and the client would lose the answer while it
 * still sends (W-51); so the rest is read and thrown away, up to a limit, and then the connection goes.
 */
export function endEarly(request: IncomingMessage, response: ServerResponse, body: Buffer | undefined): void {
  response.flushHeaders();
  if (body !== undefined) response.write(body);
  let discarded = 0;
  const giveUp = (): void => {
    request.socket.destroy();
  };
  const timer = setTimeout(giveUp, MAX_LINGER_MS);
  request.on("data", (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > MAX_DISCARDED_BYTES) giveUp();
  });
  request.once("end", () => response.end());
  // A broken upload: the socket's own close follows.
  request.once("error", () => {});
  response.once("close", () => clearTimeout(timer));
  request.resume();
}

/** Tells a client that waits for it (`Expect: 100-continue`) to send its body. */
export function askForBody(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.expect !== undefined) response.writeContinue();
}
