import type { Metricset } from "@tidegauge/protocol";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Client, type ClientOptions } from "../client.js";
import { WildcardMatcher } from "../config/index.js";
import { Timer } from "../instruments/timer.js";
import { RecordingTransport } from "../testing/index.js";
import { BreakdownMetricSet } from "./breakdown.js";
import { SeriesByName } from "./series-by-name.js";
import { TransactionMetricSet } from "./transaction.js";

const BASE = 1_700_000_000_000;
const clients: Client[] = [];
const warnings: string[] = [];

afterEach(async () => {
  warnings.length = 0;
  for (const client of clients.splice(0)) await client.close();
});

function measured(options: ClientOptions = {}): { client: Client; collect(): Promise<Metricset[]> } {
  const transport = new RecordingTransport();
  const logger = { info() {}, warn: (message: string) => warnings.push(message), error() {} };
  const client = new Client({
    start: false,
    transport,
    logger,
    metricsSets: [],
    agentHealthMetrics: false,
    ...options,
  } as ClientOptions);
  clients.push(client);
  return {
    client,
    collect: async () => {
      await client.collect();
      return transport.metricsets.splice(0);
    },
  };
}

/** One transaction 0–30 ms with db 10–20 (S2). */
function s2(client: Client, name = "t", type = "request"): void {
  const transaction = client.startTransaction(name, type, { startTime: BASE });
  transaction.startSpan("SELECT", "db", "mysql", { startTime: BASE + 10 }).end(BASE + 20);
  transaction.end(BASE + 30);
}

function breakdown(metricsets: Metricset[]): Metricset[] {
  return metricsets.filter(({ samples }) => "span.self_time.count" in samples);
}

describe("BreakdownMetricSet", () => {
  it("BD-1 BD-2 BD-50 BD-51 sends one metricset per transaction and span type, the labels as objects", async () => {
    const { client, collect } = measured();
    s2(client, "GET /users");
    const sent = breakdown(await collect());
    for (const { timestamp } of sent) expect(timestamp).toBeGreaterThan(1_700_000_000_000_000);
    expect(sent.map(({ timestamp: _, ...rest }) => rest)).toEqual([
      {
        transaction: { name: "GET /users", type: "request" },
        span: { type: "db", subtype: "mysql" },
        samples: {
          "span.self_time.sum.us": { value: 10_000, temporality: "delta" },
          "span.self_time.count": { value: 1, temporality: "delta" },
        },
      },
      {
        transaction: { name: "GET /users", type: "request" },
        span: { type: "app", subtype: "" },
        samples: {
          "span.self_time.sum.us": { value: 20_000, temporality: "delta" },
          "span.self_time.count": { value: 1, temporality: "delta" },
        },
      },
    ]);
  });

  it("BD-5 sends no other breakdown metric", async () => {
    const { client, collect } = measured();
    s2(client);
    const names = (await collect()).flatMap(({ samples }) => Object.keys(samples));
    expect([...new Set(names)].sort()).toEqual([
      "span.self_time.count",
      "span.self_time.sum.us",
      "transaction.duration.us",
    ]);
  });

  it("S24 BD-47 a second collection without traffic sends nothing", async () => {
    const { client, collect } = measured();
    s2(client);
    expect(breakdown(await collect())).toHaveLength(2);
    expect(await collect()).toEqual([]);
    s2(client);
    expect(breakdown(await collect())[0]?.samples["span.self_time.sum.us"]?.value).toBe(10_000);
  });

  it("S26 BD-45 breakdown_metrics=false registers no set and tracks no span", async () => {
    const { client, collect } = measured({ breakdownMetrics: false });
    expect(() => client.metrics.getMetricSet(BreakdownMetricSet)).toThrow("metric set not found");
    expect(() => client.metrics.getMetricSet("elasticapm.metrics.sets.breakdown.BreakdownMetricSet")).toThrow();
    s2(client);
    expect(breakdown(await collect())).toEqual([]);
  });

  it("BD-46 metrics_interval=0 switches both sets off", async () => {
    const { client, collect } = measured({ metricsInterval: "0s" });
    expect(() => client.metrics.getMetricSet(BreakdownMetricSet)).toThrow();
    expect(() => client.metrics.getMetricSet(TransactionMetricSet)).toThrow();
    s2(client);
    expect(await collect()).toEqual([]);
  });

  it("BD-49 disable_metrics is matched against span.self_time", async () => {
    for (const [pattern, left] of [
      ["span.*", 0],
      ["*self_time", 0],
      ["span.self_time.*", 2],
      ["span.self_time.sum.us", 2],
    ] as const) {
      const { client, collect } = measured({ disableMetrics: [pattern] });
      s2(client);
      expect(breakdown(await collect()), pattern).toHaveLength(left);
    }
  });

  it("BD-52 cuts long names", async () => {
    const { client, collect } = measured();
    s2(client, "x".repeat(3000));
    for (const { transaction } of breakdown(await collect())) expect(transaction?.name).toHaveLength(1024);
  });

  it("BD-48 sends what is past the limit under _other, with a warning that names the label", async () => {
    const { client, collect } = measured({ metricsLimit: 20, transactionMetrics: false });
    for (let i = 0; i < 5000; i++) s2(client, `name ${i}`, i % 2 === 0 ? "request" : "job");
    const sent = breakdown(await collect());
    const others = sent.filter(({ transaction }) => transaction?.name === "_other");
    expect(sent).toHaveLength(20 + 4);
    expect(
      others.map(({ transaction, span }) => [transaction?.type, span?.type, span?.subtype].join("/")).sort(),
    ).toEqual(["job/app/", "job/db/mysql", "request/app/", "request/db/mysql"]);
    expect(sent.every(({ tags }) => tags === undefined)).toBe(true);
    expect(sum(sent)).toBe(5000 * 30_000);
    const limit = warnings.filter((message) => message.includes("limit"));
    expect(limit).toHaveLength(1);
    expect(limit[0]).toContain("transaction.name");
  });

  it("BD-48 keeps at most 100 combinations of _other; the rest are _other altogether", async () => {
    const { client, collect } = measured({ metricsLimit: 1, transactionMetrics: false });
    for (let i = 0; i < 3000; i++) s2(client, `name ${i}`, `type ${i}`);
    const sent = breakdown(await collect());
    expect(sent).toHaveLength(1 + 100 + 1);
    expect(sum(sent)).toBe(3000 * 30_000);
    expect(sent.at(-1)).toMatchObject({
      transaction: { name: "_other", type: "_other" },
      span: { type: "_other", subtype: "_other" },
    });
  });
});

function sum(metricsets: Metricset[]): number {
  return metricsets.reduce((total, { samples }) => total + (samples["span.self_time.sum.us"]?.value ?? 0), 0);
}

describe("TransactionMetricSet", () => {
  it("BD-60 counts durations by outcome, without empty buckets and without a transaction object", async () => {
    const { client, collect } = measured({ breakdownMetrics: false });
    for (const [durationMs, outcome] of [
      [1, "success"],
      [1, "success"],
      [300_000, "success"],
      [0.05, "failure"],
    ] as const) {
      const transaction = client.startTransaction("t", "job", { startTime: BASE });
      transaction.outcome = outcome;
      transaction.end(BASE + durationMs);
    }
    const sent = await collect();
    expect(sent).toHaveLength(2);
    const [success, failure] = sent as [Metricset, Metricset];
    expect({ ...success.tags }).toEqual({
      "event.outcome": "success",
      "transaction.name": "t",
      "transaction.type": "job",
    });
    expect(success).not.toHaveProperty("transaction");
    const lower = 2 ** 9.5;
    expect(success.samples["transaction.duration.us"]).toEqual({
      counts: [2, 1],
      values: [lower + (1024 - lower) / 2, 2 ** 27],
      type: "histogram",
      temporality: "delta",
    });
    expect(failure.samples["transaction.duration.us"]).toMatchObject({ counts: [1], values: [64] });
  });

  it("BD-60 transaction_metrics=false registers no set; a throw is a failure", async () => {
    const off = measured({ transactionMetrics: false });
    expect(() => off.client.metrics.getMetricSet("transaction")).toThrow();
    const { client, collect } = measured({ breakdownMetrics: false });
    expect(() =>
      client.withTransaction("t", "job", () => {
        throw new Error("no");
      }),
    ).toThrow("no");
    client.startTransaction("t", "job").end();
    const outcomes = (await collect()).map(({ tags }) => tags?.["event.outcome"]);
    expect(outcomes).toEqual(["failure", "unknown"]);
  });

  it("BD-60 BD-48 is limited as the breakdown, and keeps the outcome", async () => {
    const { client, collect } = measured({ breakdownMetrics: false, metricsLimit: 3 });
    for (let i = 0; i < 1000; i++) {
      const transaction = client.startTransaction(`name ${i}`, `type ${i % 300}`);
      transaction.outcome = "failure";
      transaction.end();
    }
    const sent = await collect();
    expect(sent).toHaveLength(3 + 100 + 1);
    expect(sent.every(({ tags }) => tags?.["event.outcome"] === "failure")).toBe(true);
    const counts = sent.flatMap(({ samples }) => samples["transaction.duration.us"]?.counts ?? []);
    expect(counts.reduce((a, b) => a + b)).toBe(1000);
  });
});

describe("the series of a transaction", () => {
  const end = (client: Client, name: string, type: string, outcome: "success" | "failure"): void => {
    const transaction = client.startTransaction(name, type);
    transaction.outcome = outcome;
    transaction.end();
  };
  const counted = (metricsets: Metricset[]): Record<string, number> =>
    Object.fromEntries(
      metricsets.map(({ tags, transaction, samples }) => [
        tags ? Object.values(tags).join(" ") : `app ${transaction?.name} ${transaction?.type}`,
        samples["span.self_time.count"]?.value ?? samples["transaction.duration.us"]?.counts?.[0] ?? 0,
      ]),
    );

  it("is looked for by its labels once, however many transactions there are of a name", async () => {
    const { client, collect } = measured();
    const timer = vi.spyOn(client.metrics.getMetricSet(BreakdownMetricSet), "timer");
    const histogram = vi.spyOn(client.metrics.getMetricSet(TransactionMetricSet), "histogram");
    for (let i = 0; i < 10; i++) end(client, "t", "job", "success");
    expect([timer.mock.calls.length, histogram.mock.calls.length]).toEqual([1, 1]);
    await collect();
    for (let i = 0; i < 10; i++) end(client, "t", "job", i % 2 === 0 ? "success" : "failure");
    expect([timer.mock.calls.length, histogram.mock.calls.length]).toEqual([1, 2]);
    expect(counted(await collect())).toEqual({ "app t job": 10, "success t job": 5, "failure t job": 5 });
  });

  it("BD-41 is told apart by type, also where types of one name take turns", async () => {
    const { client, collect } = measured();
    for (let i = 0; i < 3; i++) for (const type of ["job", "request"]) end(client, "t", type, "success");
    expect(counted(await collect())).toEqual({
      "app t job": 3,
      "app t request": 3,
      "success t job": 3,
      "success t request": 3,
    });
  });

  it("REG-39 is made anew after it expired, and REG-32 takes nothing while it is disabled", async () => {
    const { client, collect } = measured({ seriesExpiry: 1 });
    end(client, "t", "job", "success");
    await collect();
    for (let i = 0; i < 3; i++) expect(await collect()).toEqual([]);
    end(client, "t", "job", "success");
    expect(counted(await collect())).toEqual({ "app t job": 1, "success t job": 1 });
    client.metrics.setDisableMetrics([new WildcardMatcher("span.*")]);
    end(client, "t", "job", "success");
    expect(counted(await collect())).toEqual({ "success t job": 1 });
    client.metrics.setDisableMetrics([]);
    end(client, "t", "job", "success");
    expect(counted(await collect())).toEqual({ "app t job": 1, "success t job": 1 });
  });

  it("of names that somebody makes up is not kept for ever", () => {
    const asked: string[] = [];
    const series = new Timer();
    const kept = new SeriesByName((name) => {
      asked.push(name);
      return series;
    });
    for (let i = 0; i < 5000; i++) kept.get(`t${i}`, "job");
    asked.length = 0;
    for (let i = 0; i < 5000; i++) kept.get(`t${i}`, "job");
    expect(asked.length).toBeGreaterThan(2500);
  });
});

it("REG-66 registers breakdown and transaction sets after metrics_sets, in this order", () => {
  const { client } = measured({ metricsSets: ["nodejs"] });
  const names = client.metrics.metricSets().map((set) => set.id);
  const breakdown = names.indexOf("elasticapm.metrics.sets.breakdown.BreakdownMetricSet");
  expect(breakdown).toBeGreaterThan(names.indexOf("nodejs"));
  expect(names[breakdown + 1]).toBe("transaction");
});
