import { EventEmitter, once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { EventNotice } from "@tidegauge/protocol/query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HttpExchange } from "../http/exchange.js";
import type { Store } from "../store/store.js";
import { streamEvents } from "./events.js";

// The machine may be busy: what is waited for is a condition, not a time.
vi.setConfig({ expect: { poll: { timeout: 20_000 } } });

describe("a live stream whose client reads nothing", () => {
  const events = new EventEmitter<{ written: [EventNotice]; closing: [] }>();
  let response: ServerResponse;
  let client: Socket;
  let stop: () => void;
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const server = createServer((request, answer) => {
      response = answer;
      void streamEvents(new HttpExchange(request, answer, Date.now()), { events } as unknown as Store);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    client = connect((server.address() as AddressInfo).port, "127.0.0.1");
    client.on("error", () => {});
    client.write("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await expect.poll(() => events.listenerCount("written")).toBe(1);
    client.pause();
    stop = () => {
      client.destroy();
      server.closeAllConnections();
      server.close();
    };
  });
  afterEach(() => {
    vi.useRealTimers();
    stop();
  });

  const tell = (service: string): boolean => events.emit("written", { service, metricsets: 1, receivedAt: 0 });

  /** Sends until the sockets between server and client are full. */
  async function fill(): Promise<void> {
    const padding = "x".repeat(1_000_000);
    // They are when nothing moves for a while.
    for (let [n, still] = [0, 0]; still < 20; n++) {
      still = response.writableNeedDrain ? still + 1 : 0;
      if (still === 0) tell(`${padding}${n}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  it("QRY-35 holds notices of a thousand services at most, whatever is sent meanwhile", async () => {
    await fill();
    const late = 5000;
    for (let n = 0; n < late; n++) tell(`late-${n}`);
    let text = "";
    client.on("data", (chunk: Buffer) => {
      text = (text + chunk.toString()).replace(/x{9,}/g, "x");
    });
    client.resume();
    await expect.poll(() => text.includes(`"late-${late - 1}"`)).toBe(true);
    expect(text.match(/"late-\d+"/g)).toHaveLength(1000);
  }, 60_000);

  it("QRY-35 is ended after a minute, and not before", async () => {
    await fill();
    vi.advanceTimersByTime(55_000);
    expect(response.destroyed).toBe(false);
    vi.advanceTimersByTime(20_000);
    expect(response.destroyed).toBe(true);
    await expect.poll(() => events.listenerCount("written")).toBe(0);
  }, 60_000);
});
