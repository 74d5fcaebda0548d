import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningServer, startServer } from "@tidegauge/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasTerminal, inTerminal, runCommandLine } from "./command.testing.js";

const TOKEN = "a-token-for-these-tests";

let directory: string;
let server: RunningServer;
const nowMs = Math.floor(Date.now() / 10_000) * 10_000 - 20_000;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "tidegauge-reading-"));
  server = await startServer({ port: 0, dataDir: join(directory, "data"), secretToken: TOKEN, logLevel: "error" });
  for (const [node, cpu] of [
    ["node-a", 0.25],
    ["node-b", 0.75],
  ] as const) {
    await send(node, [
      {
        "system.process.cpu.total.norm.pct": { value: cpu },
        "system.process.memory.rss.bytes": { value: 64 * 1024 * 1024 },
      },
      { orders: { value: 3, type: "counter", temporality: "delta" } },
    ]);
  }
});

afterAll(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

async function send(node: string, metricsets: readonly object[]): Promise<void> {
  const metadata = {
    service: {
      name: "shop",
      agent: { name: "nodejs", version: "1.0.0", ephemeral_id: node },
      node: { configured_name: node },
    },
    process: { pid: 1 },
    system: {},
  };
  const lines = metricsets.map((samples, i) => ({
    metricset: { samples, timestamp: (nowMs + i) * 1000, ...("orders" in samples && { tags: { region: "eu" } }) },
  }));
  const response = await fetch(`${server.url}/intake/v2/events`, {
    method: "POST",
    headers: {
      "Content-Type": "application/x-ndjson",
      Authorization: `Bearer ${TOKEN}`,
      "User-Agent": "tidegauge/1.0",
    },
    body: [{ metadata }, ...lines].map((line) => JSON.stringify(line)).join("\n"),
  });
  expect(response.status).toBe(202);
}

const read = (...args: string[]): ReturnType<typeof runCommandLine> =>
  runCommandLine([...args, "--url", server.url], { TIDEGAUGE_SECRET_TOKEN: TOKEN });

describe("tidegauge query", () => {
  it("draws a line for each series, in the metric's unit", async () => {
    const { code, stdout } = await read(
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
    const { stdout } = await read(
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

  it("ends with 2 for what the server cannot ask, with 1 and advice where none answers or knows us", async () => {
    const wrong = await read("query", "orders", "--from", "yesterday");
    expect({ code: wrong.code, stdout: wrong.stdout }).toEqual({ code: 2, stdout: "" });
    const unknown = await runCommandLine(["query", "orders", "--url", server.url]);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain("--secret-token");
    const nobody = await runCommandLine(["query", "orders", "--url", "http://127.0.0.1:9"]);
    expect(nobody.code).toBe(1);
    expect(nobody.stderr).toContain("tidegauge serve");
    const empty = await read("query", "no.such.metric");
    expect(empty.code).toBe(0);
    expect(empty.stderr).toContain("no data for no.such.metric");
  });
});

describe("tidegauge export", () => {
  it("writes each stored value as ND-JSON on standard output, and what it did on standard error", async () => {
    const { code, stdout, stderr } = await read(
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
    const row = { metric: "orders", aggregation: "last", service: "shop", labels: { region: "eu" }, value: 3 };
    expect(rows).toHaveLength(2);
    expect(rows).toEqual(expect.arrayContaining([expect.objectContaining({ ...row, node: "node-a" })]));
    expect(stderr).toBe("exported 2 rows of 1 metrics\n");
  });

  it("writes CSV into a file", async () => {
    const file = join(directory, "shop.csv");
    const { code, stdout } = await read(
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
    expect(lines.length).toBe(1 + 6);
  });

  it("refuses a metric the service does not have", async () => {
    const { code, stderr } = await read("export", "--service", "shop", "--metric", "nothing");
    expect(stderr).toContain("has no metric nothing");
    expect(code).toBe(2);
  });
});

describe("tidegauge top", () => {
  it("prints one snapshot where there is no terminal, or as JSON", async () => {
    const { stdout, stderr } = await read("top");
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^SERVICE +NODE +STATUS +CPU/);
    expect(stdout).toMatch(/^shop +node-b +\w+ +75 % +64 MiB/m);
    const rows = JSON.parse((await read("top", "--json")).stdout) as { node: string; cpu: number }[];
    expect(rows.map(({ node, cpu }) => [node, cpu])).toEqual([
      ["node-a", 0.25],
      ["node-b", 0.75],
    ]);
  });

  it.runIf(hasTerminal)("draws, sorts, filters, pauses and quits on a terminal, and leaves it as it was", async () => {
    const { code, screen } = await inTerminal(
      ["top", "--url", server.url, "--interval", "1s"],
      { TIDEGAUGE_SECRET_TOKEN: TOKEN },
      [
        ["by service", "c"],
        ["by cpu", "/node-b\r"],
        ["filter: node-b", "p"],
        ["paused", "q"],
      ],
    );
    expect(code).toBe(0);
    expect(screen.endsWith("\u001b[?25h\u001b[?1049l")).toBe(true);
  });
});

describe("tidegauge doctor", () => {
  const app = (): string => {
    writeFileSync(join(directory, "package.json"), JSON.stringify({ name: "checked-app", version: "3.2.1" }));
    return directory;
  };

  it("finds nothing wrong where metrics arrive", async () => {
    const { code, stdout } = await runCommandLine(["doctor", "--json", "--directory", app()], {
      ELASTIC_APM_SERVER_URL: server.url,
      ELASTIC_APM_SECRET_TOKEN: TOKEN,
      ELASTIC_APM_CLOUD_PROVIDER: "none",
    });
    const { findings } = JSON.parse(stdout) as { findings: { check: string; verdict: string; message: string }[] };
    expect(findings.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining([
        "node",
        "configuration",
        "service-name",
        "hooks",
        "server-reachable",
        "authentication",
        "clock",
        "test-event",
      ]),
    );
    expect(findings.find(({ check }) => check === "service-name")?.message).toBe("checked-app (discovered)");
    expect(stdout).not.toContain(TOKEN);
    expect(code).toBe(0);
  });

  it.each([
    [{}, "authentication", "ELASTIC_APM_SECRET_TOKEN"],
    [{ ELASTIC_APM_SERVER_URL: "http://127.0.0.1:9" }, "server-reachable", "tidegauge serve"],
    [{ ELASTIC_APM_SERVER_URL: "https://127.0.0.1:9" }, "server-reachable", "tidegauge serve"],
    [{ ELASTIC_APM_RECORDING: "false" }, "configuration", "set recording to true"],
    [{ ELASTIC_APM_METRICS_INTERVAL: "0s" }, "configuration", "set metrics_interval"],
  ])("fails and says what to do with %o", async (env, check, advice) => {
    const { code, stdout } = await runCommandLine(["doctor", "--json", "--directory", app()], {
      ELASTIC_APM_SERVER_URL: server.url,
      ELASTIC_APM_CLOUD_PROVIDER: "none",
      ...env,
    });
    const { findings } = JSON.parse(stdout) as { findings: { check: string; verdict: string; fix?: string }[] };
    const failed = findings.filter((finding) => finding.verdict === "fail" && finding.check === check);
    expect(failed.map(({ fix }) => fix).join()).toContain(advice);
    expect(code).toBe(1);
  });

  it("warns of values it cannot use, and tells what changes for elastic-apm-node", async () => {
    const { stdout } = await runCommandLine(["doctor", "--from", "elastic-apm-node", "--directory", app()], {
      ELASTIC_APM_SERVER_URL: server.url,
      ELASTIC_APM_SECRET_TOKEN: TOKEN,
      ELASTIC_APM_METRICS_INTERVAL: "ten seconds",
      ELASTIC_APM_TRANSACTION_SAMPLE_RATE: "0.1",
      ELASTIC_APM_CLOUD_PROVIDER: "none",
    });
    expect(stdout).toMatch(/warn {2}configuration .*metrics_interval/i);
    expect(stdout).toContain("without effect here: transaction_sample_rate");
    expect(stdout).toContain("server_timeout was 30s by default and is 5s here");
  });

  it.runIf(hasTerminal)("is coloured on a terminal, unless NO_COLOR is set", async () => {
    const env = {
      ELASTIC_APM_SERVER_URL: server.url,
      ELASTIC_APM_SECRET_TOKEN: TOKEN,
      ELASTIC_APM_CLOUD_PROVIDER: "none",
    };
    const args = ["doctor", "--directory", app()];
    const coloured = await inTerminal(args, env);
    expect(coloured.screen).toContain("\u001b[32mpass\u001b[39m");
    expect(coloured.code).toBe(0);
    const plain = await inTerminal(args, { ...env, NO_COLOR: "1" });
    expect(plain.screen).not.toContain("\u001b[");
    expect(plain.screen).toContain("pass  node");
  });
});
