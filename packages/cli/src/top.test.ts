import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
});
