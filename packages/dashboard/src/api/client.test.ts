import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiError, apiUrl, getJson, onUnauthorized } from "./client.js";

describe("apiUrl", () => {
  it("leaves out what is not set and repeats what is a list", () => {
    expect(apiUrl("api/v1/query", { metric: "a b", service: undefined, node: "", filter: ["k:v", "x:y:z"] })).toBe(
      "api/v1/query?metric=a+b&filter=k%3Av&filter=x%3Ay%3Az",
    );
    expect(apiUrl("api/v1/services")).toBe("api/v1/services");
  });
});

describe("getJson", () => {
  let server: Server;
  let base: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const path = request.url ?? "";
      if (path === "/ok") response.end('{"services":[]}');
      else if (path === "/locked")
        response.writeHead(401).end('{"error":{"code":"unauthorized","message":"Sign in."}}');
      else response.writeHead(502).end("<h1>Bad gateway</h1>");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const failure = (url: string) =>
    getJson(url).then(
      () => undefined,
      (error: ApiError) => error,
    );

  it("returns the answer", async () => {
    expect(await getJson(`${base}/ok`)).toEqual({ services: [] });
  });

  it("carries the server's code and message", async () => {
    expect(await failure(`${base}/locked`)).toMatchObject({ status: 401, code: "unauthorized", message: "Sign in." });
  });

  it("tells the page that it has to sign in", async () => {
    let told = 0;
    const stop = onUnauthorized(() => told++);
    await failure(`${base}/locked`);
    stop();
    await failure(`${base}/locked`);
    expect(told).toBe(1);
  });

  it("survives answers in no known form", async () => {
    expect(await failure(`${base}/proxy`)).toMatchObject({ status: 502, code: "http_502" });
  });

  it("says that the server is unreachable", async () => {
    expect(await failure("http://127.0.0.1:1/")).toMatchObject({ status: 0, code: "unreachable" });
  });
});
