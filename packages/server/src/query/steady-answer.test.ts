import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { HttpExchange } from "../http/exchange.js";
import { sendTaggedText } from "./etag.js";

const PIECE = Buffer.alloc(16 * 1024 ** 2, "x");
const served: ServerResponse[] = [];
const server = createServer((request, response) => {
  served.push(response);
  void sendTaggedText(new HttpExchange(request, response, Date.now()), [PIECE, PIECE]);
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

it("8.4 hands a large answer to the connection as the client takes it, so that its progress shows, and sends all of it", async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const answer = await new Promise<IncomingMessage>((resolve) => get({ port, host: "127.0.0.1" }, resolve));
  const [response] = served as [ServerResponse];
  // The connection is full: the client has not read yet.
  await expect.poll(() => response.writableNeedDrain, { timeout: 15_000 }).toBe(true);
  expect(response.writableLength).toBeLessThan(1024 ** 2);
  let bytes = 0;
  for await (const chunk of answer) bytes += (chunk as Buffer).length;
  expect(bytes).toBe(2 * PIECE.length);
});
