import { channel } from "node:diagnostics_channel";
import { once } from "node:events";
import { Agent, createServer, get, type RequestListener, request, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Matcher, WildcardMatcher } from "../config/index.js";
import { currentSpan, runSuppressed } from "../tracing/context.js";
import { HttpClientHook } from "./http-client.js";
import { exchangeOf } from "./http-exchange.js";
import { HttpServerHook } from "./http-server.js";
import { Measuring } from "./measured.testing.js";
import { UndiciHook } from "./undici.js";

let measuring: Measuring;
let ignored: Matcher[];
let hooks: { remove(): void }[];
const servers: Server[] = [];

beforeEach(() => {
  measuring = new Measuring();
  ignored = [];
  const server = new HttpServerHook(measuring.tracer, measuring.guard("http server"), () => ignored);
  const client = new HttpClientHook(measuring.tracer, measuring.guard("http client"));
  const undici = new UndiciHook(measuring.guard("undici"));
  hooks = [server, client, undici];
  for (const hook of [server, client, undici]) hook.install();
});

afterEach(() => {
  for (const hook of hooks) hook.remove();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  expect(measuring.failures.count).toBe(0);
});

async function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Sends with node:http outside of any transaction. */
function send(
  url: string,
  options: { method?: string; body?: string[]; agent?: Agent; signal?: AbortSignal } = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method: options.method ?? "GET", agent: options.agent, signal: options.signal },
      (response) => {
        response.resume().on("end", () => resolve(response.statusCode ?? 0));
      },
    );
    outgoing.on("error", reject);
    void (async () => {
      for (const chunk of options.body ?? []) {
        outgoing.write(chunk);
        await sleep(5);
      }
      outgoing.end();
    })();
  });
}

describe("incoming requests", () => {
  it("TR-22 names a request without a route by its method, never by its path", async () => {
    const url = await listen((_request, response) => response.end("ok"));
    await send(`${url}/users/7?token=secret`);
    await send(`${url}/other`, { method: "DELETE" });
    const measured = await measuring.take(2);
    expect(measured.map(({ name, type, outcome }) => [name, type, outcome])).toEqual([
      ["GET unknown route", "request", "success"],
      ["DELETE unknown route", "request", "success"],
    ]);
  });

  it("BD-60 a status of 500 and above is a failure, 404 is not", async () => {
    const url = await listen((request, response) => {
      response.statusCode = Number(request.url?.slice(1));
      response.end();
    });
    for (const status of [200, 404, 500, 503]) await send(`${url}/${status}`);
    expect((await measuring.take(4)).map(({ outcome }) => outcome)).toEqual([
      "success",
      "success",
      "failure",
      "failure",
    ]);
  });

  it("ends a transaction whose client left, with outcome unknown", async () => {
    let arrived = () => {};
    const seen = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const url = await listen(() => arrived());
    const outgoing = request(url).on("error", () => {});
    outgoing.end();
    await seen;
    outgoing.destroy();
    expect((await measuring.take(1)).map(({ outcome }) => outcome)).toEqual(["unknown"]);
  });

  it("BD-29 leaves out ignored URLs, matched without the query, and everything in them", async () => {
    ignored = [new WildcardMatcher("/health*")];
    const url = await listen(async (_request, response) => {
      await measuring.tracer.withSpan("s", "db", () => sleep(1));
      response.end();
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await send(`${url}/x`, { agent });
    await send(`${url}/healthz?full`, { agent });
    await send(`${url}/x?/health`, { agent });
    agent.destroy();
    const measured = await measuring.take(2);
    await sleep(10);
    expect([...measured, ...measuring.transactions].map(({ spans }) => spans["db/"]?.[1])).toEqual([1, 1]);
  });

  it("BD-29 measures nothing while not recording", async () => {
    measuring.recording = false;
    const seen: unknown[] = [];
    const url = await listen((_request, response) => {
      seen.push(currentSpan());
      response.end();
    });
    await send(url);
    measuring.recording = true;
    await send(url);
    expect(await measuring.take(1)).toHaveLength(1);
    expect(seen).toEqual([undefined, expect.anything()]);
  });

  it("keeps the transaction current in the listeners of a body that comes in pieces, on a kept-alive connection", async () => {
    const seen: boolean[] = [];
    const url = await listen((request, response) => {
      const transaction = exchangeOf(request)?.transaction;
      request.on("data", () => seen.push(currentSpan() === transaction && transaction !== undefined));
      request.on("end", () => {
        seen.push(currentSpan() === transaction);
        setImmediate(() => {
          seen.push(currentSpan() === transaction);
          response.end("ok");
        });
      });
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let i = 0; i < 3; i++) await send(url, { method: "POST", body: ["a", "b", "c"], agent });
    agent.destroy();
    expect(seen.length).toBeGreaterThanOrEqual(15);
    expect(seen.every(Boolean)).toBe(true);
    expect(await measuring.take(3)).toHaveLength(3);
  });

  it("reads of request and response only what it needs once the application has them: behind express each has a hidden class of its own", () => {
    const touched: string[] = [];
    const watched = <T extends object>(name: string, target: T): T =>
      new Proxy(target, {
        get: (of, key) => {
          touched.push(`${name}.${String(key)}`);
          return Reflect.get(of, key);
        },
        set: (of, key, value) => {
          touched.push(`${name}.${String(key)} =`);
          return Reflect.set(of, key, value);
        },
      });
    const listeners: (() => void)[] = [];
    const on = (_event: string, listener: () => void): number => listeners.push(listener);
    const request = watched("request", { method: "GET", url: "/", headers: {} });
    const response = watched("response", { statusCode: 200, headersSent: true, on });
    channel("http.server.request.start").publish({ request, response });
    touched.length = 0;
    channel("http.server.response.finish").publish({ request, response });
    for (const listener of listeners) listener();
    expect(touched).toEqual(["request.Symbol(tidegauge.exchange)", "response.statusCode", "request.method"]);
    expect(measuring.transactions.map(({ name, outcome }) => [name, outcome])).toEqual([
      ["GET unknown route", "success"],
    ]);
  });

  it("lets go of a transaction that ended, however long the request is held", async () => {
    const held: unknown[] = [];
    const url = await listen((request, response) => {
      held.push(request);
      response.end("ok");
    });
    await send(url);
    await measuring.take(1);
    expect(exchangeOf(held[0])?.transaction).toBeUndefined();
  });

  it("keeps pipelined requests of one connection apart", async () => {
    const url = await listen(async (request, response) => {
      await sleep(request.url === "/slow" ? 20 : 1);
      await measuring.tracer.withSpan("s", request.url === "/slow" ? "slow" : "fast", () => sleep(1));
      (exchangeOf(request) as { route?: string }).route = request.url ?? "";
      response.end();
    });
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.write("GET /slow HTTP/1.1\r\nHost: x\r\n\r\nGET /fast HTTP/1.1\r\nHost: x\r\n\r\n");
    const measured = await measuring.take(2);
    socket.destroy();
    const types = Object.fromEntries(measured.map(({ name, spans }) => [name, Object.keys(spans).sort()]));
    expect(types).toEqual({ "GET /slow": ["app/", "slow/"], "GET /fast": ["app/", "fast/"] });
  });
});

describe("outgoing requests", () => {
  async function through(
    work: (target: string) => Promise<unknown>,
    requests = 2,
  ): Promise<Record<string, [number, number]>> {
    const target = await listen((_request, response) => setTimeout(() => response.end("x".repeat(70_000)), 10));
    const url = await listen(async (_request, response) => {
      await work(target);
      response.end();
    });
    await send(url);
    const measured = await measuring.take(requests);
    return measured.find(({ spans }) => Object.keys(spans).length > 1)?.spans ?? {};
  }

  it.each([
    ["http.request", (target: string) => send(target)],
    ["http.request without an agent's pool", (target: string) => send(target, { agent: false as never })],
    [
      "http.get",
      (target: string) => new Promise((resolve) => get(target, (response) => response.resume().on("end", resolve))),
    ],
    ["fetch", (target: string) => fetch(target).then((response) => response.text())],
  ])("a %s is one span until its response has arrived", async (_name, work) => {
    const spans = await through(work);
    expect(spans["external/http"]?.[1]).toBe(1);
    expect(spans["external/http"]?.[0]).toBeGreaterThan(8_000);
  });

  it.each([
    ["http.request", (target: string, signal: AbortSignal) => send(target, { signal })],
    ["fetch", (target: string, signal: AbortSignal) => fetch(target, { signal })],
  ])("BD-28 a %s that is cancelled is one span too", async (_name, work) => {
    const controller = new AbortController();
    const target = await listen(() => controller.abort());
    const spans = await through(() => work(target, controller.signal).catch(() => {}));
    expect(spans["external/http"]?.[1]).toBe(1);
  });

  it("a connection without an agent is one span too", async () => {
    const spans = await through(
      (target) =>
        new Promise((resolve) => {
          const port = Number(new URL(target).port);
          const outgoing = request({ port, createConnection: () => connect(port, "127.0.0.1") }, (response) => {
            response.resume().on("end", resolve);
          });
          outgoing.end();
        }),
    );
    expect(spans["external/http"]?.[1]).toBe(1);
  });

  it.each([
    ["http.request", (target: string) => send(target).catch(() => {})],
    ["fetch", (target: string) => fetch(target).catch(() => {})],
  ])("BD-28 a %s that fails is one span too", async (_name, work) => {
    const gone = createServer();
    gone.listen(0, "127.0.0.1");
    await once(gone, "listening");
    const { port } = gone.address() as AddressInfo;
    gone.close();
    const spans = await through(() => work(`http://127.0.0.1:${port}`), 1);
    expect(spans["external/http"]?.[1]).toBe(1);
  });

  it("an outgoing request inside the first transaction is a span, also of one started by hand", async () => {
    const target = createServer((_request, response) => response.end());
    servers.push(target);
    target.listen(0, "127.0.0.1");
    await once(target, "listening");
    const { port } = target.address() as AddressInfo;
    await measuring.tracer.withTransaction("t", "job", () => send(`http://127.0.0.1:${port}`));
    const first = (await measuring.take(2)).find(({ name }) => name === "t");
    expect(first?.spans["external/http"]?.[1]).toBe(1);
  });

  it("a hook that was taken out before the first transaction patches nothing", () => {
    for (const hook of hooks) hook.remove();
    const { addRequest } = Agent.prototype as unknown as { addRequest: unknown };
    measuring.tracer.startTransaction("t", "job").end();
    expect((Agent.prototype as unknown as { addRequest: unknown }).addRequest).toBe(addRequest);
  });

  it("W-7 TR-35 suppressed requests are invisible, and no header is added", async () => {
    const headers: string[][] = [];
    const target = await listen((request, response) => {
      headers.push(
        request.rawHeaders
          .filter((_, index) => index % 2 === 0)
          .map((name) => name.toLowerCase())
          .sort(),
      );
      response.end();
    });
    await measuring.tracer.withTransaction("t", "job", async () => {
      await runSuppressed(() => send(target));
      await runSuppressed(() => fetch(target).then((response) => response.text()));
    });
    const measured = (await measuring.take(3)).find(({ name }) => name === "t");
    expect(Object.keys(measured?.spans ?? {})).toEqual(["app/"]);
    for (const hook of hooks) hook.remove();
    await send(target);
    await fetch(target).then((response) => response.text());
    expect(headers.slice(0, 2)).toEqual(headers.slice(2));
  });
});

it("TR-35 a hook that throws is switched off, counted and logged once, and the application goes on", async () => {
  const broken = new Measuring();
  broken.tracer.hookTransaction = () => {
    throw new Error("no such thing");
  };
  const hook = new HttpServerHook(broken.tracer, broken.guard("http server"), () => []);
  hook.install();
  hooks.push(hook);
  const url = await listen((_request, response) => response.end("ok"));
  expect(await send(url)).toBe(200);
  expect(await send(url)).toBe(200);
  expect(broken.failures.count).toBe(1);
  expect(broken.warnings).toEqual([
    "the http server hook failed and is switched off; its time is no longer measured: no such thing",
  ]);
});
