import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ServerOptions } from "../options.js";
import {
  METADATA_LINE,
  metricsetLine,
  type ReceiverFixture,
  send,
  startReceiver,
} from "../testing/receiver-fixture.js";
import { sendText } from "./answer.js";
import type { Route } from "./route.js";

// The machine may be busy: what is waited for is a condition, not a time.
vi.setConfig({ expect: { poll: { timeout: 15_000 } } });

describe("Listener", () => {
  let fixture: ReceiverFixture;
  const sockets: Socket[] = [];
  async function start(options: ServerOptions = {}, routes: readonly Route[] = []): Promise<void> {
    fixture = await startReceiver(options, routes);
  }
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await fixture.close();
  });

  function raw(text: string): { socket: Socket; received: () => string; closed: () => boolean } {
    const socket = connect(fixture.port, "127.0.0.1");
    let answer = "";
    let closed = false;
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      closed = true;
    });
    socket.write(text);
    sockets.push(socket);
    return { socket, received: () => answer, closed: () => closed };
  }

  it("sends X-Content-Type-Options: nosniff with every answer, and allows no other site", async () => {
    await start();
    for (const path of ["/", "/nope", "/healthz", "/metrics", "/api/v1/agents", "/config/v1/agents"]) {
      const { headers } = await send(fixture.url + path, { headers: { Origin: "https://evil.example" } });
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    }
    const preflight = await send(`${fixture.url}/api/v1/agent-config`, {
      method: "OPTIONS",
      headers: { Origin: "https://evil.example" },
    });
    expect(preflight.status).toBe(405);
  });

  it("breaks off an answer that fails half-way, instead of leaving the client waiting", async () => {
    const failing: Route = {
      path: "/half",
      methods: ["GET"],
      auth: "none",
      handle: ({ response }) => {
        response.writeHead(200).write("half");
        throw new Error("no more");
      },
    };
    await start({ logLevel: "silent" }, [failing]);
    const { received, closed } = raw("GET /half HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await expect.poll(closed).toBe(true);
    expect(received()).toContain("200 OK");
  });

  it("D-SRV-12 says once why it turns somebody away", async () => {
    await start();
    for (let i = 0; i < 3; i++) {
      const answer = await send(`${fixture.url}/intake/v2/events`, {
        method: "POST",
        headers: { Origin: "https://evil.example" },
      });
      expect(answer).toMatchObject({
        status: 403,
        json: {
          error: expect.stringMatching(/^forbidden request: sent by a page of another site, or through a proxy/),
        },
      });
    }
    expect((await send(`${fixture.url}/healthz`, { headers: { Host: "evil.example" } })).status).toBe(403);
    expect(fixture.logs.filter((line) => line.includes('"level":"warn"'))).toHaveLength(2);
  });

  it("SRV-3 answers in the form of the API a refusal concerns", async () => {
    await start({ secretToken: "s3cret-s3cret-s3cret" });
    const api = await send(`${fixture.url}/api/v1/agents`);
    expect(api).toMatchObject({ status: 401, json: { error: { code: "unauthorized" } } });
    expect((await send(`${fixture.url}/metrics`)).json?.error).toMatch(/^authentication failed/);
    expect((await send(`${fixture.url}/api/v1/nope`)).json).toMatchObject({ error: { code: "not_found" } });
    const wrongMethod = await send(`${fixture.url}/healthz`, { method: "DELETE" });
    expect([wrongMethod.status, wrongMethod.headers.allow]).toEqual([405, "GET"]);
  });

  it("D-SRV-13 turns away a request head that is too large with 431, and goes on serving", async () => {
    await start();
    const flood = raw(`GET / HTTP/1.1\r\nHost: x\r\n${`X-Flood: ${"a".repeat(4_000)}\r\n`.repeat(20)}\r\n`);
    await expect.poll(flood.received).toMatch(/^HTTP\/1\.1 431 /);
    await expect.poll(flood.closed).toBe(true);
    expect((await send(`${fixture.url}/healthz`)).status).toBe(200);
    expect((await send(`${fixture.url}/metrics`)).text).toContain('tidegauge_refused_total{reason="header"} 1');
  });

  it("FACE-8 closes a connection whose head does not come in time, and one that says nothing", async () => {
    await start({ readTimeout: "200ms" });
    const [slow, silent] = [raw("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "), raw("")];
    await expect.poll(() => [slow.closed(), silent.closed()]).toEqual([true, true]);
  });

  const LARGE_BYTES = 64 * 1024 ** 2;
  const large: Route = {
    path: "/large",
    methods: ["GET"],
    auth: "none",
    handle: (exchange) => sendText(exchange, 200, "x".repeat(LARGE_BYTES)),
  };

  it("8.4 sends all of an answer to a client that reads slowly, however long it takes, and serves its next request", async () => {
    await start({ readTimeout: "1500ms" }, [large]);
    const { socket } = raw("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
    socket.removeAllListeners("data");
    const began = performance.now();
    // Two MiB, then a pause: some five seconds in all.
    let bytes = 0;
    let sinceMib = 0;
    socket.on("data", (chunk) => {
      bytes += chunk.length;
      sinceMib += chunk.length;
      if (sinceMib < 2 * 1024 ** 2) return;
      sinceMib = 0;
      socket.pause();
      setTimeout(() => socket.resume(), 150);
    });
    await expect.poll(() => bytes, { timeout: 60_000 }).toBeGreaterThan(LARGE_BYTES);
    expect(performance.now() - began).toBeGreaterThan(3_000);
    const before = bytes;
    socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await expect.poll(() => bytes).toBeGreaterThan(before);
  }, 90_000);

  it("8.4 closes a connection whose client does not read its answer", async () => {
    await start({ readTimeout: "300ms" }, [large]);
    const { socket, closed } = raw("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
    socket.pause();
    const connections = async (): Promise<string | undefined> =>
      /tidegauge_connections (\d+)/.exec((await send(`${fixture.url}/metrics`)).text)?.[1];
    await expect.poll(connections).toBe("2");
    await expect.poll(connections).toBe("1");
    socket.resume();
    await expect.poll(closed).toBe(true);
  });

  it("answers a fault of a route with 500 that tells nothing of the inside", async () => {
    const faulty = (path: string): Route => ({
      path,
      methods: ["GET"],
      auth: "none",
      handle: () => Promise.reject(new Error("secret detail")),
    });
    await start({}, [faulty("/api/v1/faulty"), faulty("/faulty")]);
    const api = await send(`${fixture.url}/api/v1/faulty`);
    expect(api).toMatchObject({ status: 500, json: { error: { code: "internal", message: "internal server error" } } });
    expect(await send(`${fixture.url}/faulty`)).toMatchObject({
      status: 500,
      json: { error: "internal server error" },
    });
    expect(fixture.logs.filter((line) => line.includes('"level":"error"'))).toHaveLength(2);
  });

  it("tells a long answer when its client has left and when the server stops", async () => {
    const aborted: string[] = [];
    const endless: Route = {
      path: "/endless",
      methods: ["GET"],
      auth: "none",
      handle: ({ request, response, signal }) => {
        response.writeHead(200).write("begun");
        signal.addEventListener("abort", () => {
          aborted.push(String(request.headers["x-name"]));
          response.end();
        });
      },
    };
    await start({}, [endless]);
    const open = (name: string) => raw(`GET /endless HTTP/1.1\r\nHost: localhost\r\nX-Name: ${name}\r\n\r\n`);
    const [leaves, stays] = [open("leaves"), open("stays")];
    await expect.poll(() => [leaves, stays].every(({ received }) => received().includes("begun"))).toBe(true);
    leaves.socket.destroy();
    await expect.poll(() => aborted).toEqual(["leaves"]);
    await fixture.receiver.drain();
    expect(aborted).toEqual(["leaves", "stays"]);
  });

  it("takes no more connections than it is told to", async () => {
    await start({ maxConnections: 3 });
    const held = [raw(""), raw(""), raw("")];
    await expect.poll(() => held.every(({ socket }) => socket.readyState === "open")).toBe(true);
    const refused = raw("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await expect.poll(refused.closed).toBe(true);
    expect(refused.received()).toBe("");
    held[0]?.socket.destroy();
    await expect.poll(async () => (await send(`${fixture.url}/healthz`).catch(() => undefined))?.status).toBe(200);
  });

  it("reaches no file beside the page, however the path is written", async () => {
    await start();
    for (const path of [
      "/../package.json",
      "/assets/../../package.json",
      "/%2e%2e/package.json",
      "/assets/%2e%2e%2f%2e%2e%2fpackage.json",
      "/..%5cpackage.json",
      "//etc/passwd",
      "/etc/passwd",
      "/index.html/../../package.json",
    ]) {
      const { received } = raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      await expect.poll(received).toMatch(/^HTTP\/1\.1 404 /);
    }
    for (const target of ["http://evil.example/", "*"]) {
      const { received } = raw(`OPTIONS ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      await expect.poll(received).toMatch(/^HTTP\/1\.1 404 /);
    }
  });

  it("answers what is no HTTP with 400 and goes on", async () => {
    await start();
    const noise = raw("\x16\x03\x01 hello\r\n\r\n");
    await expect.poll(noise.received).toMatch(/^HTTP\/1\.1 400 /);
    expect((await send(`${fixture.url}/healthz`)).status).toBe(200);
  });

  it("FACE-4 gives the page strict headers, and says how to build it when it is not built", async () => {
    await start({ secretToken: "s3cret-s3cret-s3cret" });
    const page = await send(`${fixture.url}/`, { headers: { Accept: "text/html,*/*" } });
    expect(page.status).toBe(200);
    const policy = String(page.headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/unsafe|\*|data:|http/);
    expect(page.headers["x-frame-options"]).toBe("DENY");
    expect(page.headers["referrer-policy"]).toBe("no-referrer");
    expect(page.text).toMatch(/<div id="app">|npm run build/);
  });

  it("SRV-5 SRV-10 tells agents the version of a compatible server, and those without credentials nothing", async () => {
    await start({ secretToken: "s3cret-s3cret-s3cret" });
    const Authorization = "Bearer s3cret-s3cret-s3cret";
    expect((await send(`${fixture.url}/`, { headers: { Authorization } })).json).toMatchObject({
      version: "9.5.2",
      publish_ready: true,
    });
    expect(await send(`${fixture.url}/`)).toMatchObject({ status: 200, text: "" });
    const pretty = await send(`${fixture.url}/`, { headers: { Authorization, Accept: "*/*" } });
    expect(pretty.headers["content-type"]).toBe("application/json");
    expect(pretty.text).toContain('\n  "version"');
  });

  it("FACE-6 lets a browser in with a session cookie where the page reads, and nowhere agents write", async () => {
    await start({ secretToken: "s3cret-s3cret-s3cret" });
    const login = (body: string) => send(`${fixture.url}/api/v1/session`, { method: "POST", body });
    expect((await login('{"token":"wrong"}')).status).toBe(401);
    expect((await login("{}")).status).toBe(400);
    expect((await login("x".repeat(20_000))).status).toBe(400);
    const answer = await login('{"token":"s3cret-s3cret-s3cret"}');
    expect(answer.status).toBe(204);
    const Cookie = String(answer.headers["set-cookie"]?.[0]).split(";", 1)[0] as string;
    const status = async (path: string, method = "GET"): Promise<number> =>
      (await send(fixture.url + path, { method, headers: { Cookie } })).status;
    expect([await status("/api/v1/agents"), await status("/metrics")]).toEqual([200, 200]);
    expect([await status("/config/v1/agents?service.name=x"), await status("/intake/v2/events", "POST")]).toEqual([
      401, 401,
    ]);
    expect(await status("/api/v1/session", "DELETE")).toBe(204);
    expect(await status("/api/v1/agents")).toBe(401);
  });

  it("slows a guesser down and serves those who know the token from the same address", async () => {
    await start({ secretToken: "s3cret-s3cret-s3cret" });
    const tryToken = (token: string) =>
      send(`${fixture.url}/metrics`, { headers: { Authorization: `Bearer ${token}` } });
    const statuses: number[] = [];
    for (let i = 0; i < 105; i++) statuses.push((await tryToken(`guess-${i}`)).status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(100);
    const late = await tryToken("guess");
    expect(late.status).toBe(429);
    expect(Number(late.headers["retry-after"])).toBeGreaterThan(0);
    expect((await tryToken("s3cret-s3cret-s3cret")).status).toBe(200);
    expect(fixture.logs.filter((line) => line.includes("wrong credentials"))).toHaveLength(1);
  });

  it("FACE-3 never logs what a client shows as its secret, right or wrong", async () => {
    await start({ secretToken: "s3cret-s3cret-s3cret", apiKeys: ["id:k3y"] });
    const shown = [
      "Bearer s3cret-s3cret-s3cret",
      "Bearer wr0ng",
      `ApiKey ${Buffer.from("id:k3y").toString("base64")}`,
      "wr0ng-scheme wr0ng",
    ];
    fixture.output.before = () => Promise.reject(new Error("a fault that is logged"));
    for (const Authorization of shown) {
      for (let i = 0; i < 60; i++) {
        const options = { method: "POST", headers: { Authorization }, body: METADATA_LINE + metricsetLine("a", 1) };
        await send(`${fixture.url}/intake/v2/events`, options);
      }
    }
    await send(`${fixture.url}/api/v1/session`, { method: "POST", body: '{"token":"wr0ng"}' });
    expect(fixture.logs.length).toBeGreaterThan(0);
    for (const line of fixture.logs) expect(line).not.toMatch(/s3cret|wr0ng|k3y|aWQ6azN5/);
  });
});
