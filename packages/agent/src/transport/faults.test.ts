import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeServer, type Reply } from "./fake-server.testing.js";
import { accountedFor, type Harness, harness, until } from "./harness.testing.js";

/** The table of docs/reliability.md: what the server does, and where the events are afterwards. */
let server: FakeServer;
let directory: string;
const made: Harness[] = [];

beforeEach(async () => {
  server = await FakeServer.start();
  directory = mkdtempSync(join(tmpdir(), "tidegauge-faults-"));
});
afterEach(async () => {
  await Promise.all(made.splice(0).map(({ transport }) => transport.close(1)));
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

function start(options: Parameters<typeof harness>[0] = {}): Harness {
  const agent = harness({ serverUrl: server.url, serverTimeout: "1s", ...options });
  made.push(agent);
  agent.transport.start();
  return agent;
}

/** Nothing is lost, nothing is stored twice: what recovered faults must come to. */
async function expectAllStoredOnce({ transport }: Harness, events: number): Promise<void> {
  await until(() => transport.stats().accepted === events, "the acceptance of all events");
  expect(transport.stats()).toMatchObject({ recorded: events, accepted: events, queued: 0, spooled: 0 });
  expect(server.events).toHaveLength(events);
}

const RECOVERED: [name: string, replies: Reply[]][] = [
  ["answers 503", [{ status: 503, body: "queue is full" }]],
  ["answers 500", [{ status: 500, body: '{"accepted":1,"errors":[]}' }]],
  ["answers 429", [{ status: 429 }]],
  ["answers 408", [{ status: 408 }]],
  ["redirects", [{ status: 307, headers: { location: "/elsewhere" } }]],
  ["hangs", ["hang"]],
  ["resets the connection", ["reset"]],
  ["closes in the middle of the answer", ["break off"]],
  ["sends garbage", ["garbage"]],
  ["loses the connection after storing", ["lose answer"]],
  ["fails twice", [{ status: 503 }, "reset"]],
];

describe.each([
  ["memory", false],
  ["spool", true],
])("with a %s", (_name, spooling) => {
  it.each(RECOVERED)("W-44, W-45, W-93 the server %s: all events are stored once", async (_what, replies) => {
    server.replies.push(...replies);
    const agent = start(spooling ? { spoolDir: directory } : {});
    agent.queue(10);
    await agent.transport.flush().catch(() => {});
    expect(accountedFor(agent.transport.stats())).toBe(10);
    await expectAllStoredOnce(agent, 10);
    expect(agent.logger.of("error").length, "W-46").toBeGreaterThan(0);
    expect(
      server.requests.every(({ url }) => url.includes("/intake/")),
      "W-52: no redirect is followed",
    ).toBe(true);
  });

  it("W-44, W-93 nobody listens for a while: all events are stored once", async () => {
    const { port } = server;
    await server.stop();
    const agent = start({ apiRequestTime: "50ms", ...(spooling ? { spoolDir: directory } : {}) });
    for (let i = 0; i < 5; i++) {
      agent.queue(2);
      await agent.transport.flush().catch(() => {});
      expect(accountedFor(agent.transport.stats())).toBe((i + 1) * 2);
    }
    if (spooling) expect(agent.transport.stats().spooled).toBeGreaterThan(0);
    await server.listen(port);
    await expectAllStoredOnce(agent, 10);
  });
});

describe("refusals", () => {
  it("W-45, W-50, W-93 400 with some accepted: the others are rejected, none is repeated", async () => {
    server.replies.push({ status: 400, body: '{"accepted":7,"errors":[{"message":"m","document":"d"}]}' });
    const agent = start();
    agent.queue(10);
    await agent.transport.flush();
    expect(agent.transport.stats()).toMatchObject({ recorded: 10, accepted: 7, queued: 0, dropped: { rejected: 3 } });
    agent.queue(1);
    await agent.transport.flush();
    expect(server.batches).toHaveLength(2);
    expect(agent.transport.health()).toMatchObject({ succeeded: { requests: 1 }, failed: { requests: 1 } });
  });

  it.each([401, 403, 413, 404])("W-45, W-93 %i: the whole batch is rejected", async (status) => {
    server.replies.push({ status, body: '{"error":"no"}' });
    const agent = start();
    agent.queue(4);
    await agent.transport.flush();
    expect(agent.transport.stats()).toMatchObject({ recorded: 4, accepted: 0, dropped: { rejected: 4 } });
    expect(agent.logger.of("error")).toEqual([expect.stringContaining(`HTTP ${status}: {"error":"no"}`)]);
  });

  it("W-93 a refused batch from the spool is rejected from there", async () => {
    server.replies.push({ status: 503 }, { status: 400, body: '{"accepted":1}' });
    const agent = start({ spoolDir: directory });
    agent.queue(3);
    await agent.transport.flush();
    await until(() => agent.transport.stats().dropped.rejected === 2);
    expect(agent.transport.stats()).toMatchObject({ recorded: 3, accepted: 1, spooled: 0, queued: 0 });
  });
});

describe("connections", () => {
  /** A server below HTTP. */
  async function raw(handle: (socket: Socket) => void): Promise<{ url: string; close(): void }> {
    const sockets = new Set<Socket>();
    const plain = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      handle(socket);
    });
    await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
    return {
      url: `http://127.0.0.1:${(plain.address() as AddressInfo).port}`,
      close: () => {
        for (const socket of sockets) socket.destroy();
        plain.close();
      },
    };
  }

  it.each([
    ["a refusal is used", 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 13\r\n\r\n{"error":"x"}', "rejected"],
    ["a success is a failure", "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", "queued"],
  ])("W-51 the server answers before it has the whole body: %s", async (_name, answer, place) => {
    // It never reads more than the head; 8 MB do not fit into any socket's buffer.
    const early = await raw((socket) => {
      socket.once("data", () => {
        socket.pause();
        socket.write(answer);
      });
    });
    const agent = start({ serverUrl: early.url, apiRequestSize: "64mb", serverTimeout: "5s", apiRequestTime: "2s" });
    agent.transport.queue(Buffer.alloc(8_000_000, 97), 5);
    void agent.transport.flush().catch(() => {});
    await until(() => agent.logger.of("error").length > 0);
    const { queued, dropped } = agent.transport.stats();
    expect({ queued, rejected: dropped.rejected }).toEqual(
      place === "rejected" ? { queued: 0, rejected: 5 } : { queued: 5, rejected: 0 },
    );
    early.close();
  });

  it("W-44 a body that makes no progress runs into server_timeout", async () => {
    const stuck = await raw((socket) => socket.pause());
    const agent = start({ serverUrl: stuck.url, apiRequestSize: "64mb", apiRequestTime: "5s" });
    agent.transport.queue(Buffer.alloc(8_000_000, 97), 1);
    void agent.transport.flush().catch(() => {});
    await until(() => agent.logger.of("error").length > 0);
    expect(agent.logger.of("error")[0]).toMatch(/no answer within 1000 ms/);
    stuck.close();
  });

  it("W-44 an answer that trickles is cut off", async () => {
    const trickling = await raw((socket) => {
      socket.once("data", () => {
        socket.write("HTTP/1.1 202 Accepted\r\nContent-Length: 10000\r\n\r\n");
        const timer = setInterval(() => socket.write("x"), 20);
        socket.on("close", () => clearInterval(timer));
      });
    });
    const agent = start({ serverUrl: trickling.url, apiRequestTime: "3s" });
    agent.queue(1);
    void agent.transport.flush().catch(() => {});
    await until(() => agent.logger.of("error").length > 0);
    expect(agent.transport.stats().queued).toBe(1);
    trickling.close();
  });
});

describe("over time", () => {
  it("W-46, CFG-33 one cause is logged once a minute, another cause at once", async () => {
    server.reply = () => ({ status: 503, body: "busy" });
    const agent = start();
    agent.queue(1);
    void agent.transport.flush().catch(() => {});
    await until(() => server.batches.length >= 2);
    server.reply = () => "reset";
    await until(() => agent.logger.of("error").length === 2);
    expect(agent.logger.of("error")[0]).toContain("HTTP 503: busy");
  });

  it("the system clock jumps back and forth: waiting and sending are not disturbed", async () => {
    server.replies.push({ status: 503 }, { status: 503 });
    const agent = start({ apiRequestTime: "100ms" });
    const jump = vi.spyOn(Date, "now");
    try {
      agent.queue(3);
      jump.mockReturnValue(0);
      await until(() => server.batches.length >= 1);
      jump.mockReturnValue(4e12);
      await until(() => server.batches.length >= 2);
      jump.mockReturnValue(1000);
      await expectAllStoredOnce(agent, 3);
    } finally {
      jump.mockRestore();
    }
  });

  it("W-48 the server is spared for as long as it asks by Retry-After", async () => {
    server.replies.push({ status: 429, headers: { "retry-after": "1" } });
    const agent = start();
    agent.queue(1);
    const begun = performance.now();
    await agent.transport.flush();
    // The back-off after a first failure alone is 0.
    expect(performance.now() - begun).toBeGreaterThan(900);
    expect(agent.logger.of("error")[0]).toContain("Temporarily rate limited: HTTP 429");
  });

  it("W-91 a server that is away for long fills the spool, the oldest go as spoolFull, the rest arrives", async () => {
    const { port } = server;
    await server.stop();
    const agent = start({ spoolDir: directory, spoolSize: "20kb", apiRequestSize: "1kb" });
    for (let i = 0; i < 40; i++) {
      agent.queue(1, 1500);
      await agent.transport.flush();
    }
    const stats = agent.transport.stats();
    expect(stats.dropped.spoolFull).toBeGreaterThan(20);
    expect(stats.spooled).toBeGreaterThan(5);
    expect(accountedFor(stats)).toBe(40);
    await server.listen(port);
    await until(() => agent.transport.stats().spooled === 0);
    expect(server.events).toHaveLength(agent.transport.stats().accepted);
    expect(accountedFor(agent.transport.stats())).toBe(40);
  });
});
