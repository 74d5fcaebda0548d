import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Client, type ClientOptions } from "./client.js";
import { MetricSet } from "./metricset.js";
import { RecordingTransport } from "./testing/recording-transport.js";

const run = (...args: string[]): string[] =>
  JSON.parse(
    execFileSync(process.execPath, args, {
      cwd: "packages/agent",
      encoding: "utf8",
      env: { ...process.env, ELASTIC_APM_LOG_LEVEL: "off" },
    }),
  ) as string[];
const required = (path: string): string[] =>
  run("-e", `console.log(JSON.stringify(Object.keys(require(${JSON.stringify(path)})).sort()))`);
const imported = (path: string): string[] =>
  run(
    "--input-type=module",
    "-e",
    `import * as all from ${JSON.stringify(path)}; console.log(JSON.stringify(Object.keys(all).filter((name) => name !== "default" && name !== "module.exports" && name !== "__esModule").sort()))`,
  );

/** Files of the package that a program has loaded which loads `path`. */
const filesOf = (path: string): string[] =>
  run(
    "-e",
    `require(${JSON.stringify(path)});
    const files = Object.keys(require.cache).map((file) => file.replaceAll("\\\\", "/"));
    console.log(JSON.stringify(files.filter((file) => file.includes("/agent/dist/")).map((file) => file.split("/agent/dist/")[1])));
    process.exit(0);`,
  );

describe("entry points", () => {
  it("API-1 the package has the client, the sets and the error", () => {
    expect(required("@tidegauge/agent")).toEqual(
      expect.arrayContaining([
        "AgentError",
        "AgentHealthMetricSet",
        "BreakdownMetricSet",
        "CPUMetricSet",
        "Client",
        "EventLoopMetricSet",
        "MetricSet",
        "NodeRuntimeMetricSet",
        "PrometheusMetrics",
        "SpanBoundMetricSet",
        "TransactionMetricSet",
        "getClient",
      ]),
    );
  });

  it("API-3 API-4 OpenTelemetry and testing have entry points of their own", () => {
    expect(required("@tidegauge/agent/opentelemetry")).toEqual(
      expect.arrayContaining(["TidegaugeMetricExporter", "TidegaugeMetricReader"]),
    );
    expect(required("@tidegauge/agent/testing")).toEqual(["RecordingTransport"]);
  });

  it.each(["@tidegauge/agent", "@tidegauge/agent/opentelemetry", "@tidegauge/agent/testing"])(
    "API-5 %s has the same names for require and import",
    (path) => {
      expect(imported(path)).toEqual(required(path));
    },
  );

  it("API-5 has no third-party dependency, and every entry point is in the package's exports", () => {
    const manifest = JSON.parse(readFileSync("packages/agent/package.json", "utf8")) as {
      dependencies: object;
      exports: object;
    };
    expect(Object.keys(manifest.dependencies)).toEqual(["@tidegauge/protocol"]);
    expect(Object.keys(manifest.exports)).toEqual([
      ".",
      "./register",
      "./opentelemetry",
      "./testing",
      "./diagnosis",
      "./package.json",
    ]);
  });

  it("importing the package loads its classes, and nothing that only a client or an instance needs", () => {
    const files = filesOf("@tidegauge/agent");
    expect(files).toContain("client.js");
    expect(files.length).toBeLessThanOrEqual(17);
    expect(files).not.toContain("agent-client.js");
    expect(
      files.filter((file) => /^(config|logging|transport|tracing|metadata|shutdown|opentelemetry)\//.test(file)),
    ).toEqual([]);
    expect(files.filter((file) => /^(hooks|sets\/.*)\//.test(file))).toEqual(["hooks/hono.js"]);
    expect(files.filter((file) => file.startsWith("instruments/"))).toEqual(["instruments/kind.js"]);
    // One that costs 2 MiB and a millisecond.
    const builtIns = run("-e", `require("@tidegauge/agent"); console.log(JSON.stringify(process.moduleLoadList))`);
    expect(builtIns).toContain("NativeModule path");
    expect(builtIns).not.toContain("NativeModule perf_hooks");
  });

  it("a start loads no hook of a package before the package, and nothing that is not configured", () => {
    const files = filesOf("@tidegauge/agent/register");
    expect(files).toContain("hooks/package-hooks.js");
    expect(files.length).toBeLessThanOrEqual(89);
    expect(
      files.filter((file) =>
        /express|koa|\/pg|mysql2|redis|mongodb|opentelemetry|exposition|import-string|spool|proxy|tls|delivery|batch-builder|metadata-line|own-metadata|container|hostname|walk|logging\/file/.test(
          file,
        ),
      ),
    ).toEqual([]);
  });

  it("a start loads neither node:http nor node:worker_threads; where Node does not tell of new requests, the first transaction loads node:http", () => {
    const loadedAfter = (program: string): string[] =>
      run(
        "-e",
        `require("@tidegauge/agent/register");
        ${program}
        const heavy = ["NativeModule http", "NativeModule net", "NativeModule worker_threads"];
        console.log(JSON.stringify(process.moduleLoadList.filter((name) => heavy.includes(name))));
        process.exit(0);`,
      );
    expect(loadedAfter("")).toEqual([]);
    const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
    const isTold = major > 22 || (major === 22 && minor >= 12);
    expect(loadedAfter(`require("@tidegauge/agent").getClient().startTransaction("t", "job").end();`)).toEqual(
      isTold ? [] : ["NativeModule net", "NativeModule http"],
    );
  });

  it("API-4 RecordingTransport holds the wire objects", async () => {
    const transport = new RecordingTransport();
    const client = new Client({
      start: false,
      transport,
      metricsSets: [],
      logger: { info() {}, warn() {}, error() {} },
      agentHealthMetrics: false,
    });
    client.metrics.register(MetricSet).counter("orders", { region: "eu" }).inc(3);
    await client.collect();
    expect(transport.metricsets).toEqual([
      { samples: { orders: { value: 3 } }, timestamp: expect.any(Number), tags: { region: "eu" } },
    ]);
    transport.clear();
    expect(transport.metricsets).toEqual([]);
    client.metrics.close();
  });

  it("API-10 options are the configuration in camelCase, and what only code can give", () => {
    const options: ClientOptions = {
      serviceName: "shop",
      metricsInterval: "10s",
      disableMetrics: ["a*"],
      start: false,
      transport: new RecordingTransport(),
      logger: { info() {}, warn() {}, error() {} },
      prometheusRegistry: { getMetricsAsJSON: async () => [] },
    };
    const client = new Client(options);
    expect(client.config.values.serviceName).toBe("shop");
    expect(client.metrics.collectInterval).toBe(10);
    expect(client.metrics.isDisabled("abc")).toBe(true);
    client.metrics.close();
  });
});
