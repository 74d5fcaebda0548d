import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommandLine } from "./command.testing.js";
import { ReadingServer } from "./reading-server.testing.js";

let server: ReadingServer;

beforeAll(async () => {
  server = await ReadingServer.start();
});

afterAll(() => server.stop());

describe("tidegauge top", () => {
  it("prints one snapshot where there is no terminal, or as JSON", async () => {
    const { stdout, stderr } = await server.read("top");
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^SERVICE +NODE +STATUS +CPU/);
    expect(stdout).toMatch(/^shop +node-b +\w+ +75 % +64 MiB/m);
    const rows = JSON.parse((await server.read("top", "--json")).stdout) as { node: string; cpu: number }[];
    expect(rows.map(({ node, cpu }) => [node, cpu])).toEqual([
      ["node-a", 0.25],
      ["node-b", 0.75],
    ]);
  });

  it("asks a server below a path, as behind a proxy", async () => {
    const asked: string[] = [];
    const proxy = createServer((request, response) => {
      asked.push(request.url?.split("?")[0] ?? "");
      response.end(JSON.stringify({ services: [], series: [] }));
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/below`;
    expect((await runCommandLine(["top", "--json", "--url", url])).stdout).toBe("[]\n");
    proxy.close();
    expect(new Set(asked)).toEqual(new Set(["/below/api/v1/services", "/below/api/v1/query"]));
  });
});
