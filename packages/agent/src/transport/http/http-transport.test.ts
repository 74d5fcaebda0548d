import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeServer } from "../fake-server.testing.js";
import { accountedFor, harness, until } from "../harness.testing.js";
import { ManualClock, turn } from "../manual-clock.testing.js";
import { Settlement } from "../settlement.js";
import type { HttpTransport } from "./http-transport.js";

let server: FakeServer;
const closing: HttpTransport[] = [];
beforeEach(async () => {
  server = await FakeServer.start();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(closing.splice(0).map((transport) => transport.close(50)));
  await server.stop();
});

function start(...parameters: Parameters<typeof harness>): ReturnType<typeof harness> {
  const made = harness(...parameters);
  closing.push(made.transport);
  made.transport.start();
  return made;
}

describe("requests", () => {
  it("W-1, W-2 keep the prefix of server_url", async () => {
    const { transport, queue } = start({ serverUrl: `${server.url}/apm`, skipServerInfo: false });
    queue(1);
    await transport.flush();
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "GET /apm/",
      "POST /apm/intake/v2/events?flushed=true",
    ]);
  });

  it("W-3, W-10, W-11, W-12, W-37 are ND-JSON with the metadata first, complete, with their length", async () => {
    const { transport, queue } = start({ serverUrl: server.url });
    queue(2);
    await transport.flush();
    queue(1);
    await transport.flush();
    const [first, second] = server.batches;
    expect(first?.headers).toMatchObject({ "content-type": "application/x-ndjson", accept: "application/json" });
    expect(first?.headers["content-length"]).toBe(String(first?.bytes));
    expect(first?.headers["transfer-encoding"]).toBeUndefined();
    for (const request of [first, second]) {
      const lines = request?.body.split("\n") as string[];
      expect(lines.pop()).toBe("");
      const keys = lines.map((line) => Object.keys(JSON.parse(line)));
      expect(keys[0]).toEqual(["metadata"]);
      expect(new Set(keys.slice(1).flat())).toEqual(new Set(["metricset"]));
    }
    expect(server.events).toHaveLength(3);
  });

  it("W-4 say flushed=true when forced, and only then", async () => {
    const { transport, queue } = start({ serverUrl: server.url, apiRequestTime: "200ms" });
    queue(1);
    await until(() => transport.stats().accepted === 1);
    expect(server.requests[0]?.url).toBe("/intake/v2/events");
    await transport.flush(10_000);
    expect(server.requests.at(-1)).toMatchObject({ url: "/intake/v2/events?flushed=true", bytes: 0 });
    expect(transport.stats().recorded).toBe(1);
  });

  it("W-4 send no empty flush to a server elsewhere", async () => {
    const elsewhere = await FakeServer.start("127.0.0.2");
    const { transport } = start({ serverUrl: elsewhere.url });
    await transport.flush();
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.stop();
  });

  it.each([
    [{ apiKey: "aWQ6a2V5", secretToken: "t" }, "ApiKey aWQ6a2V5"],
    [{ secretToken: "t" }, "Bearer t"],
    [{}, undefined],
  ])("W-5 authenticate with %o", async (options, expected) => {
    const { transport, queue } = start({ serverUrl: server.url, skipServerInfo: false, ...options });
    queue(1);
    await transport.flush();
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([expected, expected]);
  });

  it("W-90 carry their batch's id, the same when repeated", async () => {
    server.replies.push({ status: 503 });
    const { transport, queue } = start({ serverUrl: server.url });
    queue(1);
    await transport.flush();
    queue(1);
    await transport.flush();
    const ids = server.batches.map(({ headers }) => String(headers["x-tidegauge-batch"]));
    expect(ids[0]).toMatch(/^agent-\d+-\d+:1$/);
    expect(ids).toEqual([ids[0], ids[0], (ids[0] as string).replace(/1$/, "2")]);
    expect(server.batches[0]?.body).toBe(server.batches[1]?.body);
  });
});

describe("compression", () => {
  it("W-40, W-3 gzips for a server elsewhere", async () => {
    const elsewhere = await FakeServer.start("127.0.0.2");
    const { transport, queue } = start({ serverUrl: elsewhere.url });
    queue(200);
    await transport.flush();
    const request = elsewhere.batches[0];
    expect(request?.headers["content-encoding"]).toBe("gzip");
    expect(request?.bytes).toBeLessThan((request?.body.length as number) / 5);
    expect(elsewhere.events).toHaveLength(200);
    await elsewhere.stop();
  });

  it("W-42 leaves bodies for this machine plain, without Content-Encoding", async () => {
    const { transport, queue } = start({ serverUrl: server.url });
    queue(3);
    await transport.flush();
    expect(server.batches[0]?.headers["content-encoding"]).toBeUndefined();
    expect(server.batches[0]?.bytes).toBe(server.batches[0]?.body.length);
  });
});

describe("flush", () => {
  it("W-33a comes when the batch is large enough, uncompressed on this machine", async () => {
    const { queue } = start({ serverUrl: server.url, apiRequestSize: "10kb", apiRequestTime: "1m" });
    queue(25, 1000);
    await until(() => server.batches.length === 2);
    expect(server.events).toHaveLength(20);
  });

  it("W-33a counts compressed bytes elsewhere", async () => {
    const elsewhere = await FakeServer.start("127.0.0.2");
    const { transport, queue } = start({ serverUrl: elsewhere.url, apiRequestSize: "20kb", apiRequestTime: "1m" });
    for (let round = 1; round <= 3; round++) {
      // 42 KB of noise, about 30 KB compressed.
      queue(30, 1400);
      await until(() => elsewhere.batches.length === round);
    }
    for (const { bytes } of elsewhere.batches) expect(bytes).toBeGreaterThan(20 * 1024);
    for (const { bytes } of elsewhere.batches) expect(bytes).toBeLessThan(40 * 1024);
    await transport.flush();
    expect(elsewhere.events).toHaveLength(90);
    await elsewhere.stop();
  });

  it("W-33b, W-35, W-34 comes after api_request_time ± 10 %, drawn anew; with nothing to send only the timer restarts", async () => {
    const clock = new ManualClock();
    const random = [0, 0.5, 1, 0.5, 0.5];
    const { queue, transport } = start({ serverUrl: server.url }, { clock, random: () => random.shift() ?? 0.5 });
    expect(clock.pending).toEqual([9000]);
    await clock.pass(9000);
    expect(clock.pending).toEqual([10_000]);
    expect(server.requests).toEqual([]);
    queue(1);
    await clock.pass(10_000);
    await until(() => transport.stats().accepted === 1);
    // The flush, and the finished batch, each began a new interval.
    expect(clock.pending).toEqual([10_000]);
  });

  it("W-33c is forced by flush(), which waits for what was queued before (W-76)", async () => {
    const { queue, transport } = start({ serverUrl: server.url, apiRequestTime: "1m" });
    queue(5);
    await transport.flush();
    expect(transport.stats()).toMatchObject({ accepted: 5, queued: 0 });
  });

  it("W-76 rejects with flush_timeout after api_request_time, and nothing is lost", async () => {
    server.reply = () => "hang";
    const { queue, transport } = start({ serverUrl: server.url, apiRequestTime: "100ms", serverTimeout: "5s" });
    queue(2);
    await expect(transport.flush()).rejects.toMatchObject({ name: "AgentError", code: "flush_timeout" });
    expect(transport.stats()).toMatchObject({ recorded: 2, queued: 2 });
  });

  it("follows a changed api_request_time at once", async () => {
    const clock = new ManualClock();
    const { config } = start({ serverUrl: server.url }, { clock, random: () => 0.5 });
    config.applyCentral({ api_request_time: "3s" });
    expect(clock.pending).toEqual([3000]);
  });
});

describe("one request at a time", () => {
  it("W-38, W-30 what is queued meanwhile waits, and queueing never blocks", async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const active = { now: 0, most: 0 };
    const { queue, transport } = start(
      { serverUrl: server.url, apiRequestSize: "100b" },
      {
        sender: {
          async send() {
            active.now++;
            active.most = Math.max(active.most, active.now);
            await held;
            active.now--;
            return { status: 202, headers: {}, body: "", premature: false };
          },
          close() {},
        },
      },
    );
    await turn();
    queue(20, 200);
    expect(transport.stats()).toMatchObject({ recorded: 20, queued: 20 });
    release();
    await transport.flush();
    expect(active.most).toBe(1);
    expect(transport.stats().accepted).toBe(20);
  });

  it("W-72 keeps one connection and does not hold it open against the process", async () => {
    const { queue, transport } = start({ serverUrl: server.url, skipServerInfo: false });
    for (let i = 0; i < 3; i++) {
      queue(1);
      await transport.flush();
    }
    expect(new Set(server.requests.map(({ port }) => port)).size).toBe(1);
    expect(server.openSockets).toBe(1);
    await transport.close();
    await until(() => server.openSockets === 0);
  });
});

describe("the queue", () => {
  it("W-30 drops the oldest past max_queue_size, counts them, and never the batch being sent", async () => {
    server.reply = () => "hang";
    const { queue, transport, logger } = start({
      serverUrl: server.url,
      maxQueueSize: "10kb",
      apiRequestSize: "1kb",
      serverTimeout: "1m",
    });
    queue(1, 1200);
    await until(() => server.batches.length === 1);
    queue(30, 1200);
    const stats = transport.stats();
    expect(stats.dropped.queueFull).toBeGreaterThan(20);
    expect(stats.queued).toBeGreaterThanOrEqual(7);
    expect(accountedFor(stats)).toBe(31);
    // The first is in flight; of the others the newest are left.
    server.reply = () => undefined;
    const warnings = logger.of("warn").filter((line) => line.startsWith("queue full"));
    expect(warnings, "CFG-33: at most one a minute").toEqual([
      expect.stringMatching(/the oldest \d+ events were dropped/),
    ]);
  });

  it("W-30, W-93 keeps the newest", async () => {
    const port = server.port;
    await server.stop();
    const { queue, transport } = start({
      serverUrl: `http://127.0.0.1:${port}`,
      maxQueueSize: "5kb",
      apiRequestSize: "1kb",
    });
    queue(20, 1200);
    await until(() => transport.stats().dropped.queueFull > 0);
    await server.listen(port);
    await transport.flush();
    const numbers = server.events.map(
      (event) => (event as { metricset: { samples: { n: { value: number } } } }).metricset.samples.n.value,
    );
    expect(numbers).toContain(20);
    expect(numbers.length).toBe(transport.stats().accepted);
    expect(accountedFor(transport.stats())).toBe(20);
  });

  it("W-31 is not filled when disable_send is set or nothing is recorded, and that is not counted", async () => {
    const off = start({ serverUrl: server.url, disableSend: true, skipServerInfo: false });
    off.queue(3);
    off.transport.drop("tooLarge", 1);
    await off.transport.flush();
    const paused = start({ serverUrl: server.url, recording: false });
    paused.queue(3);
    const propagating = start({ serverUrl: server.url, contextPropagationOnly: true });
    propagating.queue(3);
    for (const { transport } of [off, paused, propagating]) expect(transport.stats().recorded).toBe(0);
    await off.transport.close();
    expect(server.requests, "W-46, W-67: no request, no error").toEqual([]);
    expect(off.logger.lines).toEqual([]);
    paused.config.applyCentral({ recording: "true" });
    paused.queue(2);
    expect(paused.transport.stats().recorded).toBe(2);
  });

  it("W-13 counts what is too large to be sent as recorded and dropped", () => {
    const { transport } = start({ serverUrl: server.url });
    transport.drop("tooLarge", 2);
    expect(transport.stats()).toMatchObject({ recorded: 2, dropped: { tooLarge: 2 } });
  });
});

describe("before the first events request", () => {
  it("W-22, W-21 waits until the metadata is complete, while events queue up", async () => {
    let complete: () => void = () => {};
    const metadata = { service: { name: "early", agent: { name: "nodejs", version: "1" } } };
    const source = {
      current: metadata,
      ready: new Promise<typeof metadata>((resolve) => {
        complete = () => {
          source.current = { ...metadata, cloud: { provider: "aws" } } as typeof metadata;
          resolve(source.current);
        };
      }),
    };
    const { queue, transport } = start({ serverUrl: server.url, apiRequestSize: "10b" }, { metadata: source });
    queue(2);
    await turn();
    expect(server.requests).toEqual([]);
    complete();
    await transport.flush();
    expect(server.batches[0]?.body).toContain('"cloud":{"provider":"aws"}');
    expect(server.events).toHaveLength(2);
  });

  it("W-22, W-92 sends with what is known when the end leaves no time to wait for more", async () => {
    const metadata = { service: { name: "early", agent: { name: "nodejs", version: "1" } } };
    const { queue, transport } = start(
      { serverUrl: server.url },
      { metadata: { current: metadata, ready: new Promise(() => {}) } },
    );
    queue(1);
    await transport.close(2000);
    expect(transport.stats().accepted).toBe(1);
    expect(server.batches[0]?.body).toContain('"name":"early"');
  });

  it("W-36, W-55, W-57 asks for the server's version and forms the metadata by it", async () => {
    server.info = '{"ok":{"version":"8.7.0"}}';
    const metadata = { service: { name: "s", agent: { name: "nodejs", version: "1", activation_method: "require" } } };
    const { queue, transport } = start(
      { serverUrl: server.url, skipServerInfo: false },
      { metadata: { current: metadata, ready: Promise.resolve(metadata) } },
    );
    queue(1);
    await transport.flush();
    expect(server.requests[0]).toMatchObject({ method: "GET", url: "/" });
    expect(server.batches[0]?.body).not.toContain("activation_method");
  });

  it.each(['"8.15.0"', "{}", "", "<html>", '{"version":7}'])(
    "W-56 goes on with an unknown version after %j",
    async (info) => {
      server.info = info;
      const { queue, transport, logger } = start({ serverUrl: server.url, skipServerInfo: false });
      queue(1);
      await transport.flush();
      expect(transport.stats().accepted).toBe(1);
      expect(logger.of("debug")).toContain("server version: unknown");
      expect(server.requests.filter(({ url }) => url === "/")).toHaveLength(1);
    },
  );

  it("W-58 does not ask with skip_server_info", async () => {
    const { queue, transport } = start({ serverUrl: server.url, skipServerInfo: true });
    queue(1);
    await transport.flush();
    expect(server.requests.map(({ url }) => url)).toEqual(["/intake/v2/events?flushed=true"]);
  });
});

describe("flush", () => {
  it("W-76 one that ran out of time waits for nothing any more: a long outage costs no memory", async () => {
    const wait = vi.spyOn(Settlement.prototype, "wait");
    server.reply = () => "hang";
    const { queue, transport } = start({ serverUrl: server.url, serverTimeout: "1s" });
    queue(1);
    await expect(transport.flush(50)).rejects.toMatchObject({ code: "flush_timeout" });
    server.reply = () => undefined;
    await transport.flush();
    const ended = wait.mock.results.map(async ({ value }) => {
      const { settled } = value as { settled: Promise<void> };
      return await Promise.race([settled.then(() => "settled"), turn().then(() => "left")]);
    });
    expect(await Promise.all(ended)).toEqual(["left", "settled"]);
  });
});

describe("drain", () => {
  it("W-92 makes one more attempt where a failed one is being waited for", async () => {
    server.replies.push({ status: 503, headers: { "Retry-After": "3600" } });
    const { queue, transport, logger } = start({ serverUrl: server.url });
    queue(1);
    await expect(transport.flush(300)).rejects.toMatchObject({ code: "flush_timeout" });
    await until(() => logger.of("error").length === 1);
    queue(1);
    await transport.drain(10_000);
    expect(transport.stats()).toMatchObject({ recorded: 2, accepted: 2 });
    queue(1);
    await transport.flush();
    expect(transport.stats().accepted).toBe(3);
  });
});

describe("close", () => {
  it("W-75 W-33d sends what was queued, refuses what comes later as closed, and is idempotent", async () => {
    const { queue, transport } = start({ serverUrl: server.url });
    queue(3);
    await Promise.all([transport.close(), transport.close()]);
    queue(2);
    expect(transport.stats()).toMatchObject({ recorded: 5, accepted: 3, dropped: { closed: 2 } });
    expect(server.requests.every(({ url }) => !url.includes("flushed"))).toBe(true);
  });

  it("W-75 waits no longer than api_request_time and says what is lost", async () => {
    server.reply = () => "hang";
    const { queue, transport, logger } = start({ serverUrl: server.url, apiRequestTime: "100ms", serverTimeout: "1m" });
    queue(3);
    await transport.close();
    expect(logger.of("error")).toEqual([
      "closing the transport connection timed out",
      "3 events were lost: they could not be sent before the end",
    ]);
    expect(transport.stats()).toMatchObject({ recorded: 3, queued: 0, dropped: { closed: 3 } });
    expect(accountedFor(transport.stats())).toBe(3);
  });

  it("leaves no socket and no timer behind, a thousand times", async () => {
    for (let i = 0; i < 1000; i++) {
      const { transport, queue } = harness({ serverUrl: server.url });
      transport.start();
      if (i % 100 === 0) queue(1);
      await transport.close();
    }
    await until(() => server.openSockets === 0);
    expect(server.events).toHaveLength(10);
    expect(process.getActiveResourcesInfo().filter((name) => name === "Timeout").length).toBeLessThan(20);
  });
});
