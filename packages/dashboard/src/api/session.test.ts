import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { closeSession, forgetSession, isSignedIn, openSession } from "./session.js";

const TOKEN = "right";
let server: Server;
let asked: string[];
let stored: Map<string, string>;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(request.method === "DELETE" || body.includes(TOKEN) ? 204 : 401).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

beforeEach(() => {
  asked = [];
  stored = new Map();
  const localStorage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  };
  vi.stubGlobal("window", { localStorage });
  const { fetch } = globalThis;
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => fetch(new URL(path, base), init));
});
afterEach(() => vi.unstubAllGlobals());

describe("the session", () => {
  it("is remembered without the token, and ended on the server", async () => {
    await openSession(TOKEN);
    expect(isSignedIn()).toBe(true);
    expect([...stored.values()].join()).not.toContain(TOKEN);
    await closeSession();
    expect(isSignedIn()).toBe(false);
    expect(asked).toEqual(["POST /api/v1/session", "DELETE /api/v1/session"]);
  });

  it("is none after a wrong token, and over when the server says so", async () => {
    await expect(openSession("wrong")).rejects.toMatchObject({ status: 401 });
    expect(isSignedIn()).toBe(false);
    await openSession(TOKEN);
    forgetSession();
    expect(isSignedIn()).toBe(false);
  });

  it("goes without storage where that is forbidden", async () => {
    vi.stubGlobal("window", {
      get localStorage(): never {
        throw new Error("forbidden");
      },
    });
    await openSession(TOKEN);
    expect(isSignedIn()).toBe(false);
    await closeSession();
  });
});
