import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Client } from "../client.js";
import { MetricSet } from "../metricset.js";
import { BreakdownMetricSet, TransactionMetricSet } from "../sets/index.js";
import { FakeServer } from "../transport/fake-server.testing.js";
import { until } from "../transport/harness.testing.js";

/** What the configuration does to a whole client. */
let server: FakeServer;
let client: Client | undefined;
beforeEach(async () => {
  server = await FakeServer.start();
});
afterEach(async () => {
  await client?.close();
  client = undefined;
  await server.stop();
});

function start(options: ConstructorParameters<typeof Client>[0] = {}): { client: Client; log: string[] } {
  const log: string[] = [];
  const write = (message: string): void => void log.push(message);
  client = new Client({
    serviceName: "configured",
    serverUrl: server.url,
    metricsSets: [],
    agentHealthMetrics: false,
    cloudProvider: "none",
    apiRequestTime: "3s",
    logger: { info: write, warn: write, error: write },
    ...options,
  });
  return { client, log };
}

interface Event {
  metricset: { samples: Record<string, unknown>; transaction?: unknown };
}

const names = (): string[] => (server.events as Event[]).flatMap(({ metricset }) => Object.keys(metricset.samples));

describe("central configuration of a running client", () => {
  it("CFG-6 D-CFG-6 W-60 changes the interval and what is disabled at once, and is taken back", async () => {
    const answers = [
      {
        status: 200,
        headers: { "cache-control": "max-age=5" },
        body: '{"metrics_interval":"1s","disable_metrics":"b*"}',
      },
      { status: 200, headers: { "cache-control": "max-age=5" }, body: "{}" },
    ];
    server.config = () => answers.shift() ?? { status: 304 };
    const { client, log } = start({ metricsInterval: "60m" });
    const set = client.metrics.register(MetricSet);
    set.counter("a").inc();
    set.counter("b").inc();
    await until(() => client.stats().recorded > 0, "a collection a second after the poll");
    await client.flush();
    expect(names()).toContain("a");
    expect(names()).not.toContain("b");
    expect(log.some((line) => line.startsWith("[tidegauge] central configuration applied"))).toBe(true);
    await until(() => log.some((line) => line.includes("central configuration removed")), "the second poll");
    expect(client.config.values.metricsIntervalMs).toBe(3_600_000);
    expect(client.metrics.collectInterval).toBe(3600);
  });

  it("W-31 stops and resumes recording", async () => {
    const { client } = start({ metricsInterval: "60m", centralConfig: false });
    const set = client.metrics.register(MetricSet);
    set.counter("a").inc();
    client.config.applyCentral({ recording: "false" });
    await client.collect();
    expect(client.stats().recorded).toBe(0);
    client.config.applyCentral({ recording: "true" });
    await client.collect();
    await client.flush();
    expect(names()).toEqual(["a"]);
  });
});

describe("options that switch parts off", () => {
  it("CFG-21 metrics_interval=0 leaves breakdown and transaction metrics out", () => {
    const { client } = start({ metricsInterval: "0s" });
    expect(() => client.metrics.getMetricSet(BreakdownMetricSet)).toThrow();
    expect(() => client.metrics.getMetricSet(TransactionMetricSet)).toThrow();
    expect(client.metrics.collectInterval).toBe(0);
  });

  it("enabled=false opens no connection and records nothing", async () => {
    const { client } = start({ enabled: false });
    client.metrics.register(MetricSet).counter("a").inc();
    await client.collect();
    await client.flush();
    await client.close();
    expect(server.requests).toEqual([]);
    expect(client.stats().recorded).toBe(0);
  });

  it("W-67, W-36 disable_send does everything but send", async () => {
    const { client, log } = start({ disableSend: true });
    client.metrics.register(MetricSet).counter("a").inc();
    await client.collect();
    await client.flush();
    await client.close();
    expect(server.requests).toEqual([]);
    expect(log.filter((line) => /fail|lost|timed out/.test(line))).toEqual([]);
  });

  it("W-19 no metricset but the breakdown's names a transaction", async () => {
    const { client } = start({ metricsInterval: "60m", metricsSets: ["nodejs"], agentHealthMetrics: true });
    client.metrics.register(MetricSet).counter("a", { region: "eu" }).inc();
    client.withTransaction("t", "job", () => client.withSpan("s", "db", () => {}));
    await client.collect();
    await client.flush();
    const inTransaction = (server.events as Event[]).filter(({ metricset }) => metricset.transaction !== undefined);
    expect(inTransaction.length).toBeGreaterThan(0);
    for (const { metricset } of inTransaction) {
      expect(Object.keys(metricset.samples).every((name) => name.startsWith("span.self_time."))).toBe(true);
    }
  });
});
