import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Client, getClient } from "./client.js";
import { MetricSet } from "./metricset.js";
import { runningClient } from "./running.js";
import { EventLoopMetricSet } from "./sets/index.js";
import { RecordingTransport } from "./testing/recording-transport.js";

const quiet = { trace() {}, debug() {}, info: vi.fn(), warn: vi.fn(), error: vi.fn(), fatal() {} };
const clients: Client[] = [];
const make = (options: ConstructorParameters<typeof Client>[0] = {}): Client => {
  const client = new Client({ serviceName: "test", logger: quiet, cloudProvider: "none", ...options });
  clients.push(client);
  return client;
};

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  vi.clearAllMocks();
  vi.unstubAllEnvs();
});

describe("one client a process", () => {
  it("API-11 new Client() while one runs gives that one, with one warning where the options differ", async () => {
    const transport = new RecordingTransport();
    const first = make({ transport, metricsInterval: "60s" });
    expect(make({ transport, metricsInterval: "60s" })).toBe(first);
    expect(new Client()).toBe(first);
    expect(quiet.warn).not.toHaveBeenCalled();
    expect(make({ metricsInterval: "5s" })).toBe(first);
    expect(quiet.warn).toHaveBeenCalledTimes(1);
    expect(first).toBeInstanceOf(Client);
    expect(getClient()).toBe(first);
  });

  it("API-11 compares registries, transport and logger by what they are, not by what is in them", () => {
    const registry = () => ({ getMetricsAsJSON: async () => [], metrics: {} });
    const given = registry();
    // As prom-client has it: each metric knows its registries.
    given.metrics = { counter: { registers: [given] } };
    const transport = new RecordingTransport();
    const first = make({ transport, prometheusRegistry: [given] });
    expect(make({ transport, prometheusRegistry: [given] })).toBe(first);
    expect(make({ transport, prometheusRegistry: given })).toBe(first);
    expect(quiet.warn).not.toHaveBeenCalled();
    const others = [registry(), [registry()], [given, registry()], []];
    for (const prometheusRegistry of others) expect(make({ prometheusRegistry })).toBe(first);
    make({ logger: { ...quiet } });
    expect(quiet.warn).toHaveBeenCalledTimes(others.length + 1);
  });

  it("API-11 takes an option that cannot be compared for another one", () => {
    const endless: Record<string, unknown> = {};
    endless.itself = endless;
    const first = make({ transport: new RecordingTransport() });
    for (const globalLabels of [{ a: 1n }, endless]) expect(make({ globalLabels } as object)).toBe(first);
    expect(quiet.warn).toHaveBeenCalledTimes(2);
  });

  it("API-11 without new throws the error of a class", () => {
    const call = Client as unknown as (options: object) => unknown;
    expect(() => call({ start: false })).toThrow(
      new TypeError("Class constructor Client cannot be invoked without 'new'"),
    );
  });

  it("API-11 takes null for no options", () => {
    const none = null as unknown as undefined;
    vi.stubEnv("ELASTIC_APM_DISABLE_SEND", "true");
    vi.stubEnv("ELASTIC_APM_CLOUD_PROVIDER", "none");
    vi.stubEnv("ELASTIC_APM_LOG_LEVEL", "off");
    const first = new Client(none);
    clients.push(first);
    expect(first.options).toEqual({});
    expect(new Client(none)).toBe(first);
  });

  it("API-11 is shared by another copy of the package", async () => {
    const first = make({ transport: new RecordingTransport() });
    vi.resetModules();
    const copy = await import("./client.js");
    expect(copy.Client).not.toBe(Client);
    expect(new copy.Client()).toBe(first);
    expect(copy.getClient()).toBe(first);
  });

  it("API-13 getClient() without one gives an inert client whose sets can be used and send nothing", async () => {
    expect(runningClient()).toBeUndefined();
    const inert = getClient();
    expect(getClient()).toBe(inert);
    expect(runningClient()).toBeUndefined();
    const set = inert.metrics.register(MetricSet);
    expect(set.counter("c").inc().val).toBe(1);
    await inert.collect();
    await inert.flush();
    expect(inert.stats().recorded).toBe(0);
    expect(make({ transport: new RecordingTransport() })).not.toBe(inert);
  });

  it("API-13 the inert client has no sets and measures nothing, also with ELASTIC_APM_ENABLED=true", async () => {
    vi.stubEnv("ELASTIC_APM_ENABLED", "true");
    vi.resetModules();
    const copy = (await import("./client.js")) as typeof import("./client.js");
    const inert = copy.getClient();
    expect(inert.metrics.metricSets()).toEqual([]);
    expect(inert.tracer.isActive).toBe(false);
  });

  it("API-16 after close() a new one can be started", async () => {
    const first = make({ transport: new RecordingTransport() });
    await first.close();
    expect(runningClient()).toBeUndefined();
    expect(make({ transport: new RecordingTransport() })).not.toBe(first);
  });

  it("API-12 start: false is isolated: no timer, not the running client, collect() and flush() work", async () => {
    const transport = new RecordingTransport();
    const client = make({ start: false, transport, metricsSets: [] });
    expect(runningClient()).toBeUndefined();
    client.metrics.register(MetricSet).counter("c").inc();
    await client.collect();
    await client.flush();
    expect(transport.metricsets).toHaveLength(1);
    await client.close();
    expect(transport.metricsets.filter((payload) => "c" in payload.samples)).toHaveLength(1);
  });
});

describe("sets of a client", () => {
  it("REG-66 registers in order: metrics_sets, breakdown, transaction, Prometheus, health", async () => {
    const client = make({
      start: false,
      transport: new RecordingTransport(),
      prometheusMetrics: true,
      prometheusRegistry: { getMetricsAsJSON: async () => [] },
    });
    await client.metrics.loaded();
    expect(client.metrics.metricSets().map((set) => set.constructor.name)).toEqual([
      "CPUMetricSet",
      "NodeRuntimeMetricSet",
      "EventLoopMetricSet",
      "BreakdownMetricSet",
      "TransactionMetricSet",
      "PrometheusMetrics",
      "AgentHealthMetricSet",
    ]);
  });

  it("REG-66 PROM-1 leaves out what is switched off, and metrics_sets replaces the default", () => {
    const client = make({
      start: false,
      transport: new RecordingTransport(),
      metricsSets: ["nodejs"],
      breakdownMetrics: false,
      transactionMetrics: false,
      agentHealthMetrics: false,
    });
    expect(client.metrics.metricSets().map((set) => set.id)).toEqual(["nodejs", "eventloop"]);
  });

  it("REG-110 all three ways: base set, subclass with beforeCollect, import string from the environment", async () => {
    const file = `${process.cwd()}/packages/agent/src/own-metricset.testing.mjs`;
    vi.stubEnv("ELASTIC_APM_METRICS_SETS", `${file}#Environment`);
    const transport = new RecordingTransport();
    const client = make({ start: false, transport, agentHealthMetrics: false });
    client.metrics.register(MetricSet).counter("imperative").inc();
    class Queue extends MetricSet {
      override async beforeCollect(): Promise<void> {
        this.gauge("queue_depth").set(4);
      }
    }
    client.metrics.register(Queue);
    await client.collect();
    expect(transport.metricsets.flatMap((payload) => Object.keys(payload.samples)).sort()).toEqual([
      "from_environment",
      "imperative",
      "queue_depth",
    ]);
  });

  it("W-92 what sends through the client sends its last values before a program ends by itself", () => {
    const script = `
      const { Client } = require("./packages/agent");
      const sent = { collected: 0, stopped: 0 };
      const transport = { queue() {}, drop() {}, flush: async () => {}, close: async () => {}, stats: () => ({ dropped: {} }) };
      const client = new Client({ transport, metricsInterval: "60s", logLevel: "off", cloudProvider: "none" });
      client.accompany({ collect: async () => { sent.collected++; }, stop: async () => { sent.stopped++; } });
      process.on("exit", () => console.log(JSON.stringify(sent)));`;
    const out = execFileSync(process.execPath, ["-e", script], { encoding: "utf8" });
    expect(JSON.parse(out)).toEqual({ collected: 1, stopped: 0 });
  });

  it("PROM-2 warns and goes on when no Prometheus client can be found", () => {
    // A directory without one: the workspace has its own.
    const directory = mkdtempSync(join(tmpdir(), "tidegauge-"));
    const script = `
      const { Client } = require(${JSON.stringify(resolve("packages/agent"))});
      const warnings = [];
      const logger = { info() {}, warn: (text) => warnings.push(text), error() {} };
      const client = new Client({ start: false, prometheusMetrics: true, cloudProvider: "none", logger });
      client.metrics.loaded().then(() => {
        console.log(JSON.stringify({ warnings, sets: client.metrics.metricSets().length }));
        return client.close();
      });`;
    const out = execFileSync(process.execPath, ["-e", script], { cwd: directory, encoding: "utf8" });
    rmSync(directory, { recursive: true });
    const { warnings, sets } = JSON.parse(out) as { warnings: string[]; sets: number };
    expect(warnings).toEqual([
      expect.stringMatching(/could not register elasticapm\.metrics\.sets\.prometheus.*prom-client/),
    ]);
    expect(sets).toBe(6);
  });

  it("a built-in set that cannot be made is an error in the log, and the client runs with the others", () => {
    vi.spyOn(EventLoopMetricSet.prototype, "histograms").mockImplementation(() => {
      throw new Error("no monitor here");
    });
    const client = make({ start: false, transport: new RecordingTransport() });
    vi.restoreAllMocks();
    expect(quiet.error).toHaveBeenCalledWith(expect.stringMatching(/EventLoopMetricSet.*no monitor here/));
    expect(client.metrics.metricSets().map((set) => set.id)).toEqual([
      expect.stringContaining("CPUMetricSet"),
      "nodejs",
      expect.stringContaining("BreakdownMetricSet"),
      "transaction",
      "agent",
    ]);
  });

  it("REG-80 sets are registered with interval 0 too, and collect() works by hand", async () => {
    const transport = new RecordingTransport();
    const client = make({ metricsInterval: "0s", transport });
    expect(client.metrics.metricSets().map((set) => set.id)).toContain("nodejs");
    await client.collect();
    expect(transport.metricsets.length).toBeGreaterThan(1);
    const before = transport.metricsets.length;
    await client.close();
    expect(transport.metricsets.length).toBe(before);
  });

  it("REG-81 a tenth of a second is no valid interval: the default applies", () => {
    expect(make({ start: false, metricsInterval: "100ms" }).metrics.collectInterval).toBe(30);
    expect(make({ start: false, metricsInterval: "1s" }).metrics.collectInterval).toBe(1);
  });

  it("REG-86 follows central configuration of interval, disabled names and recording", async () => {
    const transport = new RecordingTransport();
    const client = make({ transport, metricsInterval: "30s", metricsSets: [], agentHealthMetrics: false });
    const counter = client.metrics.register(MetricSet).counter("c").inc();
    client.config.applyCentral({ metrics_interval: "5s", disable_metrics: "c" });
    expect(client.metrics.collectInterval).toBe(5);
    counter.inc();
    await client.collect();
    expect(transport.metricsets).toHaveLength(0);
    client.config.applyCentral({ recording: "false" });
    await client.collect();
    expect(transport.metricsets).toHaveLength(0);
    client.config.applyCentral({});
    expect(client.metrics.collectInterval).toBe(30);
    await client.collect();
    expect(transport.metricsets[0]?.samples.c?.value).toBe(1);
  });
});

describe("the life of a client", () => {
  it("REG-87 REG-88 REG-90 close() sends the final collection before the transport closes; twice is once", async () => {
    const order: string[] = [];
    class Ordered extends RecordingTransport {
      override queue(lines: Uint8Array, count: number): void {
        order.push(`queue ${count}`);
        super.queue(lines, count);
      }
      override async close(): Promise<void> {
        order.push("close");
        await super.close();
      }
    }
    const client = make({ transport: new Ordered(), metricsSets: [], agentHealthMetrics: false });
    client.metrics.register(MetricSet).counter("c").inc();
    await Promise.all([client.close(), client.close()]);
    expect(order).toEqual(["queue 1", "close"]);
    expect(client.stats().dropped.closed).toBe(0);
  });

  it("W-75 close() sends what it has when a value of the last collection never comes", async () => {
    const transport = new RecordingTransport();
    const client = make({ transport, metricsInterval: "1h" });
    class Hangs extends MetricSet {
      override async beforeCollect(): Promise<void> {
        await new Promise(() => {});
      }
    }
    client.metrics.register(MetricSet).counter("c").inc();
    client.metrics.register(Hangs);
    await client.close(10);
    expect(transport.metricsets.flatMap(({ samples }) => Object.keys(samples))).toContain("c");
    expect(quiet.warn).toHaveBeenCalledWith(expect.stringContaining("the last collection took longer than 1000 ms"));
  });

  it("REG-90 API-16 close() never rejects", async () => {
    class Breaks extends RecordingTransport {
      override async close(): Promise<void> {
        throw new Error("socket");
      }
    }
    await expect(make({ transport: new Breaks() }).close()).resolves.toBeUndefined();
    expect(quiet.error).toHaveBeenCalledWith(expect.stringContaining("socket"));
  });

  it("API-16 close() goes on with the other steps when one fails", async () => {
    const transport = new RecordingTransport();
    let closed = 0;
    transport.close = async () => {
      closed++;
    };
    const client = new Client({ transport, metricsInterval: "30s", metricsSets: [] });
    client.metrics.register(MetricSet).counter("last").inc();
    client.accompany({ collect: async () => {}, stop: () => Promise.reject(new Error("no")) });
    await client.close();
    expect(transport.metricsets.some(({ samples }) => samples.last !== undefined)).toBe(true);
    expect(closed).toBe(1);
  });

  it("REG-91 enabled=false starts nothing, and every call does nothing", async () => {
    const before = process.listenerCount("SIGTERM");
    const client = make({ enabled: false, serverUrl: "http://127.0.0.1:1" });
    expect(runningClient()).toBeUndefined();
    expect(client.metrics.metricSets()).toEqual([]);
    expect(process.listenerCount("SIGTERM")).toBe(before);
    expect(client.withTransaction("a", "b", () => 5)).toBe(5);
    await client.collect();
    await client.flush();
    await client.close();
    expect(client.stats().recorded).toBe(0);
  });

  it("REG-91 recording=false lets the timer run and collects nothing", async () => {
    const transport = new RecordingTransport();
    const client = make({ recording: false, transport, metricsInterval: "1s" });
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await client.close();
    expect(transport.metricsets).toEqual([]);
  });

  const events = ["exit", "beforeExit", "SIGTERM", "SIGINT", "uncaughtExceptionMonitor"] as const;
  const held = (): string[] => [
    ...process.getActiveResourcesInfo(),
    ...events.flatMap((event) => new Array<string>(process.listenerCount(event)).fill(event)),
  ];
  /** What is held now and was not before; closing sockets get their time. */
  const left = async (before: string[]): Promise<string[]> => {
    let more: string[] = [];
    for (let round = 0; round < 100; round++) {
      const known = [...before];
      more = held().filter((name) => {
        const at = known.indexOf(name);
        if (at >= 0) known.splice(at, 1);
        return at < 0;
      });
      if (more.length === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return more;
  };

  it("1,000 starts and stops leave no handle, timer or listener", async () => {
    const cycle = async (): Promise<void> => {
      const client = new Client({ serviceName: "test", logger: quiet, transport: new RecordingTransport() });
      client.metrics.register(MetricSet).counter("c").inc();
      await client.close();
    };
    await cycle();
    const before = held();
    for (let index = 0; index < 1000; index++) await cycle();
    expect(await left(before)).toEqual([]);
  }, 120_000);

  it("nor do 30 of them that send over HTTP", async () => {
    const server = createServer((request, response) => {
      request.resume().on("end", () => response.writeHead(202).end());
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const serverUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const cycle = async (): Promise<void> => {
      const client = new Client({ serviceName: "test", logger: quiet, cloudProvider: "none", serverUrl });
      client.metrics.register(MetricSet).counter("c").inc();
      await client.close();
      expect(client.stats()).toMatchObject({ queued: 0, dropped: { closed: 0, rejected: 0 } });
    };
    const before = held();
    for (let index = 0; index < 30; index++) await cycle();
    server.closeAllConnections();
    expect(await left(before)).toEqual([]);
    await new Promise((resolve) => server.close(resolve));
  });
});
