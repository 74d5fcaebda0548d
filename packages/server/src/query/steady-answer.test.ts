import {
  createServer,
  get,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { afterEach, describe, expect, it, vi } from "vitest";
import { HttpExchange } from "../http/exchange.js";
import { sendTaggedText } from "./etag.js";
import { sendSteadily } from "./steady-answer.js";

const PIECE = Buffer.alloc(16 * 1024 ** 2, "x");
/** Far more than the buffers of a connection on loopback take. */
const LARGE = 64 * PIECE.length;
let server: Server | undefined;

afterEach(() => {
  vi.useRealTimers();
  server?.closeAllConnections();
  server?.close();
});

/** The answer of a server, unread, and what it is written to. */
async function answered(listener: RequestListener): Promise<{ answer: IncomingMessage; response: ServerResponse }> {
  let response: ServerResponse | undefined;
  const listening = createServer((request, its) => {
    response = its;
    listener(request, its);
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const { port } = listening.address() as AddressInfo;
  const answer = await new Promise<IncomingMessage>((resolve) => get({ port, host: "127.0.0.1" }, resolve));
  return { answer, response: response as ServerResponse };
}

/** Without a reader: the connection's buffers are full. */
const isFull = (response: ServerResponse) =>
  expect.poll(() => response.writableNeedDrain, { timeout: 15_000 }).toBe(true);

/** Reads at least so much and pauses. */
async function read(answer: IncomingMessage, bytes: number): Promise<void> {
  for (let left = bytes; left > 0; ) {
    const chunk = answer.read() as Buffer | null;
    if (chunk === null) await new Promise((resolve) => answer.once("readable", resolve));
    else left -= chunk.length;
  }
}

function* large(): Generator<Buffer> {
  for (let sent = 0; sent < LARGE; sent += 65_536) yield PIECE.subarray(0, 65_536);
}

describe("a large answer", () => {
  it("8.4 is handed to the connection as the client takes it, so that its progress shows, and all of it is sent", async () => {
    const { answer, response } = await answered(
      (request, its) => void sendTaggedText(new HttpExchange(request, its, Date.now()), [PIECE, PIECE]),
    );
    await isFull(response);
    expect(response.writableLength).toBeLessThan(1024 ** 2);
    let bytes = 0;
    for await (const chunk of answer) bytes += (chunk as Buffer).length;
    expect(bytes).toBe(2 * PIECE.length);
  });

  it("8.4 that lies in memory ends for a client that took less than a tenth of it in a minute, however steadily", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const { answer, response } = await answered((_, its) => void sendSteadily(Readable.from(large()), its, LARGE));
    answer.on("error", () => undefined);
    for (let minute = 0; minute < 3; minute++) {
      await read(answer, LARGE / 8);
      vi.advanceTimersByTime(60_000);
      expect(response.destroyed).toBe(false);
    }
    await isFull(response);
    await read(answer, LARGE / 1000);
    vi.advanceTimersByTime(60_000);
    expect(response.destroyed).toBe(true);
    await expect.poll(() => vi.getTimerCount()).toBe(0);
  });

  it("8.4 that lies in a file may be taken as slowly as the client likes", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const { answer, response } = await answered((_, its) => void sendSteadily(Readable.from(large()), its));
    answer.on("error", () => undefined);
    await isFull(response);
    vi.advanceTimersByTime(600_000);
    expect(response.destroyed).toBe(false);
  });
});
