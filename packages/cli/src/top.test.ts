import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { runCommandLine } from "./command.testing.js";
import { ReadingServer } from "./reading-server.testing.js";
import type { NodeRow } from "./top/snapshot.js";

let server: ReadingServer;

beforeAll(async () => {
  server = await ReadingServer.start();
});

afterAll(() => server.stop());

let stub: Server | undefined;

afterEach(() => stub?.close());

/** Starts a server that answers each path with this; gives its address. */
async function answering(answer: (path: string) => object): Promise<string> {
  const started = createServer((request, response) => {
    response.end(JSON.stringify(answer(request.url?.split("?")[0] ?? "")));
  });
  stub = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/`;
}

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
    const url = await answering((path) => {
      asked.push(path);
      return { services: [], series: [], to: 0, processes: [] };
    });
    expect((await runCommandLine(["top", "--json", "--url", `${url}below`])).stdout).toBe("[]\n");
    expect(new Set(asked)).toEqual(
      new Set(["/below/api/v1/services", "/below/api/v1/query", "/below/api/v1/processes"]),
    );
  });

  it("has one row for a service none of whose nodes reported of late, and one for each node with values", async () => {
    const nowMs = Date.now();
    const lastSeen = new Date(nowMs - 3_600_000).toISOString();
    const nodes = ["n1", "n2"];
    const labels = { "service.name": "crowd", "service.node.name": "n1" };
    const url = await answering(() => ({
      services: [
        { name: "crowd", nodes, status: "reporting", lastSeen: new Date(nowMs).toISOString() },
        { name: "ended", nodes, status: "silent", lastSeen },
        { name: "new", nodes: [], status: "waiting", lastSeen: null },
      ],
      series: [{ labels, points: [[nowMs - 20_000, 0.5]] }],
      to: nowMs,
      processes: [], // of a crowd of newer ones the server lists no older
    }));
    const rows = JSON.parse((await runCommandLine(["top", "--json", "--url", url])).stdout) as NodeRow[];
    expect(rows.map(({ service, node, status, cpu, lastSeenMs }) => [service, node, status, cpu, lastSeenMs])).toEqual([
      ["crowd", "n1", "reporting", 0.5, nowMs - 20_000],
      ["ended", "", "silent", null, Date.parse(lastSeen)],
      ["new", "", "waiting", null, null],
    ]);
  });

  it("shows the nodes that report now or did just before, each with its own status", async () => {
    const MINUTE = 60_000;
    const report = (service: string, node: string, agoMs: number, process = node): Promise<void> =>
      server.send({ service, node, process }, [
        { timestamp: (Date.now() - agoMs) * 1000, samples: { load: { type: "gauge", value: 1 } } },
      ]);
    await report("api", "buried", 20 * 24 * 60 * MINUTE);
    await report("api", "gone", 20 * MINUTE);
    await report("api", "ailing", 7 * MINUTE);
    await report("api", "alive", 7 * MINUTE, "its-former-process");
    await report("api", "alive", 0);
    await report("cron", "slow-clock", 40 * MINUTE); // just arrived: its clock is behind, it is not silent
    const { stdout } = await server.read("top", "--json");
    const rows = (JSON.parse(stdout) as NodeRow[]).filter(({ service }) => service !== "shop");
    expect(rows.map(({ service, node, status }) => [service, node, status])).toEqual([
      ["api", "ailing", "silent"],
      ["api", "alive", "reporting"],
      ["cron", "slow-clock", "reporting"],
    ]);
    const ages = rows.map(({ lastSeenMs }) => Math.round((Date.now() - (lastSeenMs ?? 0)) / MINUTE));
    expect(ages[0]).toBeGreaterThanOrEqual(7);
    for (const age of ages.slice(1)) expect(age).toBeLessThan(5);
  });
});
