import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request as httpRequest, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RecordingLogger } from "../../logging/recording-logger.testing.js";
import { certify } from "../certificate.testing.js";
import { FakeServer } from "../fake-server.testing.js";
import { harness, until } from "../harness.testing.js";
import { proxyFor } from "./proxy.js";
import { ProxySender } from "./proxy-sender.js";

const VARIABLES = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"];

describe("which proxy", () => {
  const server = new URL("http://apm.example.org:8200");
  it.each([
    [{ HTTPS_PROXY: "http://a:1", HTTP_PROXY: "http://b:2" }, "http://a:1/"],
    [{ https_proxy: "http://a:1", HTTP_PROXY: "http://b:2" }, "http://a:1/"],
    [{ HTTP_PROXY: "http://b:2" }, "http://b:2/"],
    [{ http_proxy: "b:2" }, "http://b:2/"],
    [{}, undefined],
    [{ HTTP_PROXY: "http://b:2", NO_PROXY: "*" }, undefined],
    [{ HTTP_PROXY: "http://b:2", NO_PROXY: "x, example.org" }, undefined],
    [{ HTTP_PROXY: "http://b:2", no_proxy: ".example.org" }, undefined],
    [{ HTTP_PROXY: "http://b:2", NO_PROXY: "APM.example.org:8200" }, undefined],
    [{ HTTP_PROXY: "http://b:2", NO_PROXY: "apm.example.org:9" }, "http://b:2/"],
    [{ HTTP_PROXY: "http://b:2", NO_PROXY: "pm.example.org,," }, "http://b:2/"],
  ])("W-71 %o → %s", (env, expected) => {
    expect(proxyFor(server, env)?.href).toBe(expected);
    expect(proxyFor(new URL("https://apm.example.org:8200"), env)?.href).toBe(expected);
  });

  it.each(["http://localhost:8200", "http://127.0.0.1", "http://[::1]:8200"])("W-71 never for %s", (url) => {
    expect(proxyFor(new URL(url), { HTTP_PROXY: "http://b:2" })).toBeUndefined();
  });
});

/** A real forward proxy: absolute URLs and CONNECT tunnels, all led to loopback whatever the name. */
class ForwardProxy {
  readonly seen: string[] = [];
  readonly credentials: (string | undefined)[] = [];
  /** `host:port` in requests → port on loopback. */
  readonly routes = new Map<string, number>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      this.#note(request);
      const url = new URL(request.url as string);
      const onward = httpRequest(
        {
          host: "127.0.0.1",
          port: this.routes.get(url.host),
          method: request.method,
          path: url.pathname + url.search,
          headers: request.headers,
        },
        (answer) => {
          response.writeHead(answer.statusCode as number, answer.headers);
          answer.pipe(response);
        },
      );
      onward.on("error", () => response.writeHead(502).end());
      request.pipe(onward);
    });
    this.#server.on("connection", (socket) => this.#sockets.add(socket));
    this.#server.on("connect", (request, client) => {
      this.#note(request);
      const port = this.routes.get(request.url as string);
      if (port === undefined) {
        client.end("HTTP/1.1 403 Forbidden\r\n\r\n");
        return;
      }
      const onward = connect(port, "127.0.0.1", () => {
        client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        onward.pipe(client).pipe(onward);
      });
      onward.on("error", () => client.destroy());
      client.on("error", () => onward.destroy());
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #note(request: IncomingMessage): void {
    this.seen.push(`${request.method} ${request.url}`);
    this.credentials.push(request.headers["proxy-authorization"]);
  }
}

describe("through a proxy", () => {
  let proxy: ForwardProxy;
  let server: FakeServer;
  const saved = new Map<string, string | undefined>();

  beforeEach(async () => {
    for (const name of VARIABLES) {
      saved.set(name, process.env[name]);
      delete process.env[name];
    }
    proxy = new ForwardProxy();
    server = await FakeServer.start();
    const address = await proxy.listen();
    process.env.HTTPS_PROXY = `http://user:p%40ss@${address}`;
    proxy.routes.set("apm.test:8200", server.port);
  });
  afterEach(async () => {
    for (const [name, value] of saved) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    proxy.close();
    await server.stop();
  });

  it("W-71 sends to an http server by absolute URL, with the proxy's credentials", async () => {
    const { transport, queue, logger } = harness({
      serverUrl: "http://apm.test:8200/x",
      secretToken: "t0ken",
      skipServerInfo: false,
    });
    queue(2);
    await transport.flush();
    expect(transport.stats().accepted).toBe(2);
    expect(proxy.seen).toEqual([
      "GET http://apm.test:8200/x/",
      "POST http://apm.test:8200/x/intake/v2/events?flushed=true",
    ]);
    expect(new Set(proxy.credentials)).toEqual(new Set([`Basic ${Buffer.from("user:p@ss").toString("base64")}`]));
    expect(server.batches[0]?.headers).toMatchObject({
      authorization: "Bearer t0ken",
      "content-encoding": "gzip",
      host: "apm.test:8200",
    });
    expect(logger.of("error")).toEqual([]);
    await transport.close();
  });

  it("W-71, W-70 sends to an https server in a CONNECT tunnel, its certificate checked inside", async () => {
    const directory = mkdtempSync(join(tmpdir(), "tidegauge-proxy-"));
    const authority = certify({ name: "CA", authority: true });
    const identity = certify({ name: "apm", hosts: ["apm.test"], issuer: authority });
    const tokens: unknown[] = [];
    const secure = createTlsServer({ cert: identity.cert, key: identity.key }, (request, response) => {
      tokens.push(request.headers.authorization);
      request.resume().on("end", () => response.writeHead(202).end());
    });
    secure.on("tlsClientError", () => {});
    await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
    proxy.routes.set("apm.test:443", (secure.address() as AddressInfo).port);
    const pem = (name: string, text: string): string => {
      writeFileSync(join(directory, name), text);
      return join(directory, name);
    };
    const send = async (options: object): Promise<number> => {
      const { transport, queue, logger } = harness({ serverUrl: "https://apm.test", secretToken: "t", ...options });
      queue(1);
      void transport.flush().catch(() => {});
      await until(() => transport.stats().accepted === 1 || logger.of("error").length > 0);
      const { accepted } = transport.stats();
      await transport.close(1);
      return accepted;
    };
    expect(await send({ serverCaCertFile: pem("ca.pem", authority.cert) })).toBe(1);
    expect(await send({ serverCert: pem("pin.pem", identity.cert) })).toBe(1);
    expect(await send({ verifyServerCert: false })).toBe(1);
    expect(tokens).toEqual(["Bearer t", "Bearer t", "Bearer t"]);
    expect(await send({})).toBe(0);
    expect(await send({ serverCert: pem("other.pem", certify({ name: "other" }).cert) })).toBe(0);
    expect(tokens).toHaveLength(3);
    expect(proxy.seen.every((line) => line === "CONNECT apm.test:443")).toBe(true);
    secure.closeAllConnections();
    secure.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it("W-71 says that the proxy refused", async () => {
    const { transport, queue, logger } = harness({ serverUrl: "https://forbidden.test" });
    queue(1);
    void transport.flush().catch(() => {});
    await until(() => logger.of("error").length > 0);
    expect(logger.of("error")[0]).toMatch(/the proxy answered HTTP 403|Proxy response/);
    expect(transport.stats().queued).toBe(1);
    await transport.close(1);
  });

  it("W-71 connects directly to what NO_PROXY covers", async () => {
    const elsewhere = await FakeServer.start("127.0.0.2");
    process.env.NO_PROXY = "127.0.0.2";
    const { transport, queue } = harness({ serverUrl: elsewhere.url });
    queue(1);
    await transport.flush();
    expect(proxy.seen).toEqual([]);
    expect(elsewhere.events).toHaveLength(1);
    await transport.close();
    await elsewhere.stop();
  });

  it("W-71 with a proxy that is no http URL logs one error, sends nothing, never directly, and events wait", async () => {
    const elsewhere = await FakeServer.start("127.0.0.2");
    for (const named of ["http://[bad", "socks5://127.0.0.1:1080", "http://user:100%@127.0.0.1:1"]) {
      process.env.HTTPS_PROXY = named;
      const { transport, queue, logger } = harness({ serverUrl: elsewhere.url, apiRequestTime: "50ms" });
      transport.start();
      queue(1);
      await transport.flush().catch(() => {});
      expect(transport.stats()).toMatchObject({ recorded: 1, queued: 1, accepted: 0 });
      expect(logger.of("error")).toEqual([expect.stringMatching(/not an http or https URL/)]);
      await transport.close(1);
    }
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.stop();
  });

  it("W-72 closed while undici is being loaded, it opens nothing afterwards", async () => {
    let made = 0;
    let resolve = (_loaded: never): void => {};
    const loading = new Promise<never>((resolved) => {
      resolve = resolved;
    });
    const sender = new ProxySender({
      proxy: new URL("http://127.0.0.1:1"),
      target: new URL("http://127.0.0.2:1"),
      tls: { verify: true },
      logger: new RecordingLogger(),
      load: () => loading,
    });
    const request = { method: "GET", url: new URL("http://127.0.0.2:1"), headers: {}, timeoutMs: 1000 } as const;
    const refused = expect(sender.send(request)).rejects.toMatchObject({ code: "ECANCELED" });
    sender.close();
    const Client = class {
      constructor() {
        made++;
      }
    };
    resolve({ Client } as never);
    await refused;
    expect(made).toBe(0);
  });

  it("W-71 without undici logs one error, sends nothing, never directly, and events wait", async () => {
    const elsewhere = await FakeServer.start("127.0.0.2");
    const target = new URL(elsewhere.url);
    const senderLogger = new RecordingLogger();
    const sender = new ProxySender({
      proxy: new URL("http://user:secret@127.0.0.1:1"),
      target,
      tls: { verify: true },
      logger: senderLogger,
      load: () => Promise.reject(new Error("Cannot find package 'undici'")),
    });
    const { transport, queue, logger } = harness({ serverUrl: elsewhere.url, apiRequestTime: "50ms" }, { sender });
    transport.start();
    for (let i = 0; i < 3; i++) {
      queue(1);
      await transport.flush().catch(() => {});
    }
    expect(transport.stats()).toMatchObject({ recorded: 3, queued: 3, accepted: 0 });
    expect([...senderLogger.of("error"), ...logger.of("error")]).toEqual([expect.stringMatching(/undici 7/)]);
    expect(senderLogger.lines.join()).not.toContain("secret");
    expect(elsewhere.requests).toEqual([]);
    await transport.close(1);
    await elsewhere.stop();
  });
});
