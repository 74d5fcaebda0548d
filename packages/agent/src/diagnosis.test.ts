import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Client } from "./client.js";
import { askServer, proxyOf } from "./diagnosis.js";

const PROXIES = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"];

let server: Server;
let url: string;
let asked: IncomingMessage[];
let environment: NodeJS.ProcessEnv;

beforeEach(async () => {
  environment = { ...process.env };
  for (const name of PROXIES) delete process.env[name];
  asked = [];
  server = createServer((request, response) => {
    asked.push(request);
    response.writeHead(200, { "X-Test": "yes" }).end("answer");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  process.env = environment;
  server.close();
});

describe("askServer", () => {
  it("W-5 asks below the server's URL, with the client's credentials", async () => {
    const client = new Client({ start: false, serverUrl: `${url}/below`, secretToken: "t" });
    const { status, headers, body } = await askServer(client, "config/v1/agents?x=1");
    expect({ status, body, test: headers["x-test"] }).toEqual({ status: 200, body: "answer", test: "yes" });
    expect(asked[0]?.url).toBe("/below/config/v1/agents?x=1");
    expect(asked[0]?.headers.authorization).toBe("Bearer t");
  });

  it("W-71 asks through the proxy that the environment names", async () => {
    process.env.HTTP_PROXY = url;
    const client = new Client({ start: false, serverUrl: "http://apm.example.org:8200" });
    expect((await askServer(client, "")).body).toBe("answer");
    expect(asked[0]?.url).toBe("http://apm.example.org:8200/");
  });

  it("rejects with a code where nothing listens", async () => {
    const client = new Client({ start: false, serverUrl: "http://127.0.0.1:9" });
    await expect(askServer(client, "")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});

describe("proxyOf", () => {
  it("W-71 tells the proxy without its password, none, or that it is unusable", () => {
    const client = new Client({ start: false, serverUrl: "http://apm.example.org:8200" });
    expect(proxyOf(client)).toBeUndefined();
    process.env.HTTPS_PROXY = "http://user:secret@proxy:3128";
    expect(proxyOf(client)).toBe("http://proxy:3128");
    process.env.HTTPS_PROXY = "socks5://proxy:1080";
    expect(proxyOf(client)).toBeNull();
  });
});
