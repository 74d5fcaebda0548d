import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CommandProcess } from "../command.testing.js";
import { ReadingServer, TOKEN } from "../reading-server.testing.js";
import { windowsOf } from "./steps.js";

describe("windowsOf", () => {
  it("meet where a step begins, so that no step is asked for twice", () => {
    const stepMs = 10_000;
    const windows = windowsOf(12_345, 250_000_001, stepMs);
    expect(windows).toEqual([
      [12_345, 100_010_000],
      [100_010_000, 200_010_000],
      [200_010_000, 250_000_001],
    ]);
    expect(windowsOf(5, 5, stepMs)).toEqual([]);
    expect(windowsOf(5_000, 50_000, stepMs, 2)).toEqual([
      [5_000, 20_000],
      [20_000, 40_000],
      [40_000, 50_000],
    ]);
  });
});

let server: ReadingServer;

beforeAll(async () => {
  server = await ReadingServer.start();
});

afterAll(() => server.stop());

describe("tidegauge export of a value a step", () => {
  it("writes each stored value as ND-JSON on standard output, and what it did on standard error", async () => {
    const { code, stdout, stderr } = await server.read(
      "export",
      "--service",
      "shop",
      "--metric",
      "orders",
      "--from",
      "now-5m",
    );
    expect(code).toBe(0);
    const rows = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const row = { metric: "orders", aggregation: "sum", service: "shop", labels: { region: "eu" }, value: 3 };
    expect(rows).toHaveLength(2);
    expect(rows).toEqual(expect.arrayContaining([expect.objectContaining({ ...row, node: "node-a" })]));
    expect(stderr).toBe("exported 2 rows of 1 metrics\n");
  });

  it("writes CSV into a file", async () => {
    const file = join(server.directory, "shop.csv");
    const { code, stdout } = await server.read(
      "export",
      "--service",
      "shop",
      "--from",
      "now-5m",
      "--format",
      "csv",
      "--output",
      file,
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    const lines = readFileSync(file, "utf8").trim().split("\n");
    expect(lines[0]).toBe("timestamp,metric,aggregation,service,node,labels,value");
    expect(lines.length).toBe(1 + 16); // three plain metrics and five values of a histogram, for two nodes each
  });

  it("refuses a metric the service does not have", async () => {
    const { code, stderr } = await server.read("export", "--service", "shop", "--metric", "nothing");
    expect(stderr).toContain("has no metric nothing");
    expect(code).toBe(2);
  });

  it("takes --json for ND-JSON, and nothing beside it", async () => {
    const { stdout } = await server.read(
      "export",
      "--service",
      "shop",
      "--metric",
      "orders",
      "--from",
      "now-5m",
      "--json",
    );
    expect(JSON.parse(stdout.split("\n")[0] ?? "")).toMatchObject({ metric: "orders" });
    expect((await server.read("export", "--service", "shop", "--json", "--format", "csv")).code).toBe(2);
  });

  it("ends with 2 where the times are the wrong way round, with 1 where the file cannot be written", async () => {
    const times = await server.read("export", "--service", "shop", "--from", "now", "--to", "now-1h");
    expect(times.stderr).toContain("--from now does not come before --to now-1h");
    expect(times.code).toBe(2);
    const file = await server.read("export", "--service", "shop", "--output", join(server.directory, "no", "file"));
    expect(file.stderr).toMatch(/could not be written whole.*OUTPUT_INCOMPLETE/);
    expect(file.code).toBe(1);
  });

  it("ends quietly when whoever reads has had enough", async () => {
    const command = new CommandProcess(["export", "--service", "shop", "--from", "now-5m", "--url", server.url], {
      TIDEGAUGE_SECRET_TOKEN: TOKEN,
    });
    command.child.stdout?.destroy();
    const { code, stderr } = await command.finished();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });
});
