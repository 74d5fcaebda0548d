import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommandLine } from "./command.testing.js";
import { ReadingServer } from "./reading-server.testing.js";

let server: ReadingServer;

beforeAll(async () => {
  server = await ReadingServer.start();
});

afterAll(() => server.stop());

describe("tidegauge query", () => {
  it("draws a line for each series, in the metric's unit", async () => {
    const { code, stdout } = await server.read(
      "query",
      "system.process.cpu.total.norm.pct",
      "--group-by",
      "service.node.name",
      "--from",
      "now-5m",
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^SERIES .*COURSE$/m);
    expect(stdout).toMatch(/service\.node\.name=node-a +25 % +25 % +25 % +25 %/);
    expect(stdout).toMatch(/service\.node\.name=node-b +75 %/);
  });

  it("gives the server's answer as JSON", async () => {
    const { stdout } = await server.read(
      "query",
      "orders",
      "--filter",
      "region:eu",
      "--aggregation",
      "sum",
      "--from",
      "now-5m",
      "--step",
      "5m",
      "--json",
    );
    const { series } = JSON.parse(stdout) as { series: { points: [number, number | null][] }[] };
    expect(series[0]?.points.reduce((sum, [, value]) => sum + (value ?? 0), 0)).toBe(6);
  });

  it("shows the buckets of a histogram, the greatest on top, or as JSON", async () => {
    const { code, stdout } = await server.read("query", "wait.ms", "--buckets", "--from", "now-5m");
    expect(code).toBe(0);
    const lines = stdout.split("\n").map((line) => line.trim());
    expect(lines[0]).toMatch(/^BUCKET +COUNT +SHARE +COURSE$/);
    expect(lines[1]).toMatch(/^300 ms +2 +10 % /);
    expect(lines[3]).toMatch(/^1 ms +12 +60 % /);
    const json = await server.read("query", "wait.ms", "--buckets", "--limit", "2", "--from", "now-5m", "--json");
    expect(JSON.parse(json.stdout).buckets).toEqual([
      { low: 1, high: 20 },
      { low: 300, high: 300 },
    ]);
    expect((await server.read("query", "no.such.metric", "--buckets")).stderr).toContain("no data");
    const flat = await server.read("query", "orders", "--buckets");
    expect({ code: flat.code, stdout: flat.stdout }).toEqual({ code: 2, stdout: "" });
    expect((await server.read("query", "wait.ms", "--buckets", "--group-by", "a")).code).toBe(2);
  });

  it("ends with 2 for what the server cannot ask, with 1 and advice where none answers or knows us", async () => {
    const wrong = await server.read("query", "orders", "--from", "yesterday");
    expect({ code: wrong.code, stdout: wrong.stdout }).toEqual({ code: 2, stdout: "" });
    const notWeb = await runCommandLine(["query", "orders", "--url", "ftp://x"]);
    expect({ code: notWeb.code, stderr: notWeb.stderr }).toEqual({
      code: 2,
      stderr: "tidegauge: 'ftp://x' is not an http or https URL (--url) (USAGE)\n",
    });
    const password = await runCommandLine(["query", "orders", "--url", "http://u:hunter22@127.0.0.1:9"]);
    expect(password).toMatchObject({ code: 2, stderr: expect.stringContaining("--secret-token") });
    expect(password.stderr).not.toContain("hunter22");
    const unknown = await runCommandLine(["query", "orders", "--url", server.url]);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain("--secret-token");
    const nobody = await runCommandLine(["query", "orders", "--url", "http://127.0.0.1:9"]);
    expect(nobody.code).toBe(1);
    expect(nobody.stderr).toContain("tidegauge serve");
    const empty = await server.read("query", "no.such.metric");
    expect(empty.code).toBe(0);
    expect(empty.stderr).toContain("no data for no.such.metric");
  });
});
