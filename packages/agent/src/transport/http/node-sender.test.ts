import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { until } from "../harness.testing.js";
import { ManualClock } from "../manual-clock.testing.js";
import { NodeSender } from "./node-sender.js";
import type { Answer } from "./sender.js";

const BODY_BYTES = 40_000_000;
const ANSWER = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";

/** A server that reads only while `reading`, far more than the sockets between can hold; answers when it has the whole body. */
class SlowReader {
  received = 0;
  answer = true;
  readonly #server: Server;
  #socket: Socket | undefined;
  #limit = 0;

  constructor() {
    this.#server = createServer((socket) => {
      this.#socket = socket;
      socket.on("error", () => {});
      socket.on("data", (chunk) => {
        this.received += chunk.length;
        if (this.received >= this.#limit) socket.pause();
        if (this.received > BODY_BYTES && this.answer) socket.write(ANSWER);
      });
    });
  }

  async listen(): Promise<URL> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`);
  }

  /** Reads until it has this many bytes. */
  async readTo(bytes: number): Promise<void> {
    this.#limit = bytes;
    this.#socket?.resume();
    await until(() => this.received >= bytes);
  }

  close(): void {
    this.#socket?.destroy();
    this.#server.close();
  }
}

describe("server_timeout", () => {
  let reader: SlowReader;
  const clock = new ManualClock();
  const sender = new NodeSender({ verify: true }, clock);
  afterEach(() => {
    sender.close();
    reader.close();
  });

  /** Begins a request; `sent` is its end. */
  async function send(): Promise<{ sent: Promise<Answer> }> {
    reader = new SlowReader();
    const url = await reader.listen();
    const headers = { "Content-Length": String(BODY_BYTES) };
    const sent = sender.send({ method: "POST", url, headers, body: [Buffer.alloc(BODY_BYTES)], timeoutMs: 1000 });
    sent.catch(() => {});
    await reader.readTo(1);
    return { sent };
  }

  it("W-44 does not end a body that goes on, however long it takes", async () => {
    const { sent } = await send();
    for (const megabytes of [10, 20, 30]) {
      await reader.readTo(megabytes * 1_000_000);
      await clock.pass(1000);
    }
    await reader.readTo(BODY_BYTES + 1);
    expect((await sent).status).toBe(202);
  });

  it("W-44 ends a body that goes on no more", async () => {
    const { sent } = await send();
    await clock.pass(1000);
    await clock.pass(1000);
    await clock.pass(1000);
    await expect(sent).rejects.toMatchObject({ code: "ETIMEDOUT" });
  });

  it("W-44 ends a request that is sent and not answered", async () => {
    const { sent } = await send();
    reader.answer = false;
    await reader.readTo(BODY_BYTES + 1);
    await clock.pass(1000);
    await clock.pass(1000);
    await expect(sent).rejects.toMatchObject({ code: "ETIMEDOUT" });
  });
});
