import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningServer, startServer } from "@tidegauge/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CommandProcess, hasTerminal, inTerminal, runCommandLine, until } from "./command.testing.js";

const TOKEN = "a-token-for-these-tests";
const T = Date.UTC(2026, 4, 5, 12);

let directory: string;
let dataDir: string;
let server: RunningServer;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "tidegauge-export-test-"));
  dataDir = join(directory, "data");
  server = await startServer({ port: 0, dataDir, retention: "0", secretToken: TOKEN, logLevel: "error" });
  const agent = { name: "nodejs", version: "1.0.0", ephemeral_id: "e1" };
  const lines = [
    {
      metadata: { service: { name: "shop", agent, node: { configured_name: "n1" } }, process: { pid: 1 }, system: {} },
    },
    { metricset: { timestamp: T * 1000, samples: { orders: { value: 3, type: "counter", temporality: "delta" } } } },
    { metricset: { timestamp: T * 1000, samples: { queue: { value: 7, type: "gauge" } }, tags: { pool: "a" } } },
    {
      metricset: { timestamp: (T + 1500) * 1000, samples: { queue: { value: 8, type: "gauge" } }, tags: { pool: "a" } },
    },
  ];
  const response = await fetch(`${server.url}/intake/v2/events`, {
    method: "POST",
    headers: {
      "Content-Type": "application/x-ndjson",
      Authorization: `Bearer ${TOKEN}`,
      "User-Agent": "tidegauge/1.0",
    },
    body: lines.map((line) => JSON.stringify(line)).join("\n"),
  });
  expect(response.status).toBe(202);
});

afterAll(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

const exporting = (...args: string[]): ReturnType<typeof runCommandLine> =>
  runCommandLine(["export", ...args, "--url", server.url], { TIDEGAUGE_SECRET_TOKEN: TOKEN });

/** What a test cares for of ND-JSON rows. */
const rowsOf = (text: string): unknown[] =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .map(({ service, node, metric, kind, labels, time, value }) => [service, node, metric, kind, labels, time, value]);

const ROWS = [
  ["shop", "n1", "orders", "delta", "{}", "2026-05-05T12:00:00.000Z", 3],
  ["shop", "n1", "queue", "gauge", '{"pool":"a"}', "2026-05-05T12:00:00.000Z", 7],
  ["shop", "n1", "queue", "gauge", '{"pool":"a"}', "2026-05-05T12:00:01.500Z", 8],
];

describe("tidegauge export --raw", () => {
  it("streams every sample on standard output, of any service and age", async () => {
    const { code, stdout, stderr } = await exporting("--raw");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(rowsOf(stdout)).toEqual(ROWS);
  });

  it("takes a metric and times as a choice, and writes CSV", async () => {
    const args = ["--raw", "--metric", "queue", "--from", String(T + 1), "--format", "csv"];
    const { stdout } = await exporting(...args);
    const lines = stdout.trim().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^service,.*,time,value,values,counts$/);
    expect(lines[1]).toMatch(/^shop,.*,2026-05-05T12:00:01\.500Z,8\.0,,$/);
  });

  it("writes parquet into a file, or into a pipe", async () => {
    const file = join(directory, "all.parquet");
    const { code, stdout } = await exporting("--format", "parquet", "--output", file);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    const bytes = readFileSync(file);
    expect(bytes.subarray(0, 4).toString() + bytes.subarray(-4).toString()).toBe("PAR1PAR1");
    expect((await exporting("--format", "parquet")).stdout.startsWith("PAR1")).toBe(true);
  });

  it.runIf(hasTerminal)("does not write parquet to a terminal", async () => {
    const { code, screen } = await inTerminal(["export", "--format", "parquet", "--url", server.url], {});
    expect(screen).toContain("name a file with --output");
    expect(code).toBe(2);
  });

  it.each([
    ["without a service where values a step are wanted", [], "--service"],
    ["with a time that is none", ["--raw", "--from", "yesterday"], "from"],
    ["with a step", ["--raw", "--step", "1m"], "--step"],
    ["with two metrics", ["--raw", "--metric", "a", "--metric", "b"], "one --metric"],
    ["with a service that is not there", ["--service", "shpo"], "no service is called shpo; tidegauge top shows"],
    ["with such a service and every sample", ["--raw", "--service", "shpo"], "no service is called shpo"],
    ["with a directory that holds no store", ["--data-dir", "/nonexistent"], "/nonexistent holds no store"],
  ])("ends with 2 %s", async (_, args, message) => {
    const { code, stdout, stderr } = await exporting(...args);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  it("needs the server's token, and touches no file before it is known", async () => {
    const output = join(directory, "never");
    const { code, stderr } = await runCommandLine(["export", "--raw", "--url", server.url, "--output", output]);
    expect(stderr).toContain("--secret-token");
    expect(code).toBe(1);
    expect(existsSync(output)).toBe(false);
  });

  it("leaves no half of a file where the server breaks off", async () => {
    const breaking = createServer((_request, response) => {
      response.writeHead(200, { "Content-Length": 1000 });
      response.write("half", () => response.destroy());
    });
    await new Promise<void>((resolve) => breaking.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(breaking.address() as AddressInfo).port}`;
    const output = join(directory, "half");
    const { code, stderr } = await runCommandLine(["export", "--raw", "--url", url, "--output", output]);
    breaking.close();
    expect(stderr).toContain("could not be written whole");
    expect(code).toBe(1);
    expect(existsSync(output)).toBe(false);
  });

  it("leaves no half of a file when it is interrupted, and ends with 130", async () => {
    const slow = createServer((_request, response) => {
      response.writeHead(200).write("half"); // and no end
    });
    await new Promise<void>((resolve) => slow.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
    const output = join(directory, "interrupted");
    const command = new CommandProcess(["export", "--raw", "--url", url, "--output", output]);
    await until(() => (existsSync(output) && readFileSync(output, "utf8") === "half" ? true : undefined));
    const { code, stderr } = await command.signal("SIGINT");
    slow.close();
    slow.closeAllConnections();
    expect({ code, stderr }).toEqual({ code: 130, stderr: "" });
    expect(existsSync(output)).toBe(false);
  });
});

describe("tidegauge export --data-dir", () => {
  it("says that a store is open while its server runs", async () => {
    const { code, stdout, stderr } = await runCommandLine(["export", "--data-dir", dataDir]);
    expect(stderr).toMatch(/is open in another process: stop it/);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });

  it("reads the store of a stopped server, which can start again after it", async () => {
    await server.close();
    const piped = await runCommandLine(["export", "--data-dir", dataDir]);
    expect({ code: piped.code, stderr: piped.stderr }).toEqual({ code: 0, stderr: "" });
    expect(rowsOf(piped.stdout)).toEqual(ROWS);
    const file = join(directory, "queue.csv");
    const args = ["--metric", "queue", "--from", "2026-05-05T12:00:01Z", "--format", "csv", "--output", file];
    const { code, stderr } = await runCommandLine(["export", "--data-dir", dataDir, ...args]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(readFileSync(file, "utf8").trim().split("\n")).toHaveLength(2);
    server = await startServer({ port: 0, dataDir, retention: "0", secretToken: TOKEN, logLevel: "error" });
    expect(rowsOf((await exporting("--raw")).stdout)).toEqual(ROWS);
  });
});
