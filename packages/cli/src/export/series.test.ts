import type { LabelsResponse, QueryResponse, ServicesResponse } from "@tidegauge/protocol/query";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { QueryApi, type QueryParameters, Refusal } from "../api/query-api.js";
import { ReadingServer, TOKEN } from "../reading-server.testing.js";
import { type AnsweredSeries, type SeriesQuestion, SeriesReader } from "./series.js";

const T = Math.floor(Date.now() / 60_000) * 60_000 - 300_000;
const WINDOW = { service: "many", fromMs: T, toMs: T + 60_000, stepMs: 10_000 };
const DIMENSIONS = ["service.node.name", "transaction.name", "span.type"];
const NODES = 3;
const TRANSACTIONS = 400;
const KEYS = 25;

let server: ReadingServer;

const numbered = (name: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${name}-${n}`);
const delta = (value: number): object => ({ type: "counter", temporality: "delta", value });

beforeAll(async () => {
  server = await ReadingServer.start();
  const timestamp = (T + 1000) * 1000;
  for (const node of numbered("node", NODES)) {
    const spans = numbered("GET /", TRANSACTIONS).map((name) => ({
      timestamp,
      transaction: { name, type: "request" },
      span: { type: "app" },
      samples: { "span.self_time.count": delta(2) },
    }));
    await server.send({ service: "many", node, process: node }, spans);
  }
  const keys = Object.fromEntries(numbered("key", KEYS).map((key, n) => [key, n === 0 ? "" : key.toUpperCase()]));
  await server.send(
    { service: "many", node: "wide", process: "wide" },
    ["x", "y:z"].map((value) => ({ timestamp, tags: { ...keys, "with,comma": value }, samples: { wide: delta(3) } })),
  );
});

afterAll(() => server.stop());

async function read(question: SeriesQuestion, aggregations: ("sum" | "count")[] = ["sum"]): Promise<AnsweredSeries[]> {
  const reader = new SeriesReader(new QueryApi({ url: server.url, secretToken: TOKEN }), question);
  const series: AnsweredSeries[] = [];
  for await (const one of reader.read(aggregations)) series.push(one);
  return series;
}

const sumOf = ({ points }: AnsweredSeries): number => points.reduce((sum, [, value]) => sum + (value ?? 0), 0);

describe("every series of a metric", () => {
  it("QRY-23 is read, each once, where there are more than one answer holds", async () => {
    const series = await read({ ...WINDOW, metric: "span.self_time.count", keys: DIMENSIONS }, ["sum", "count"]);
    const sums = series.filter(({ aggregation }) => aggregation === "sum");
    expect(new Set(sums.map(({ labels }) => JSON.stringify(labels))).size).toBe(NODES * TRANSACTIONS);
    expect(sums).toHaveLength(NODES * TRANSACTIONS);
    expect(series).toHaveLength(2 * NODES * TRANSACTIONS);
    expect(new Set(sums.map(sumOf))).toEqual(new Set([2]));
    expect(Object.keys(sums.at(-1)?.labels ?? {})).toEqual(DIMENSIONS);
    expect(sums.map(({ labels }) => labels["span.type"])).toEqual(Array(NODES * TRANSACTIONS).fill("app"));
  });

  it("is read where there are more label keys than the server groups by, and one with a comma", async () => {
    const keys = ["service.node.name", ...numbered("key", KEYS), "with,comma"];
    const series = await read({ ...WINDOW, metric: "wide", keys });
    const labels = Object.fromEntries(numbered("key", KEYS).map((key, n) => [key, n === 0 ? "" : key.toUpperCase()]));
    expect(series.map((one) => [one.labels, sumOf(one)])).toEqual([
      [{ "service.node.name": "wide", ...labels, "with,comma": "x" }, 3],
      [{ "service.node.name": "wide", ...labels, "with,comma": "y:z" }, 3],
    ]);
  });

  it("passes on what else the server refuses", async () => {
    const question = { ...WINDOW, stepMs: 1, metric: "wide", keys: [] };
    await expect(read(question)).rejects.toMatchObject({ code: "USAGE", reason: "bad_step" });
  });
});

/** A server that has one series for each value of the label `visitor`, more than it answers at once. */
class Crowded {
  readonly visitors = ["", ...numbered("visitor", 1_000)];

  async query({ groupBy = [], filter = [] }: QueryParameters): Promise<QueryResponse> {
    const chosen = this.visitors.filter((visitor) => filter.length === 0 || filter[0] === `visitor:${visitor}`);
    if (chosen.length > 1_000) throw new Refusal("1001 series; at most 1000", "too_many_series");
    const series = chosen.map((visitor) => ({
      labels: groupBy.includes("visitor") ? { visitor } : {},
      points: [[T, 1]] as [number, number][],
    }));
    return { from: T, to: T, step: 1, unit: null, series };
  }

  async labels(): Promise<LabelsResponse> {
    return { labels: { visitor: this.visitors } };
  }

  async services(): Promise<ServicesResponse> {
    return { services: [] };
  }
}

/** A server's answers, refused where they hold more than 20 series: 1,000 nodes take long to send. */
class Short {
  readonly #api = new QueryApi({ url: server.url, secretToken: TOKEN });
  readonly labels: QueryApi["labels"] = (service, metric) => this.#api.labels(service, metric);
  readonly services: QueryApi["services"] = () => this.#api.services();
  asked = 0;

  async query(parameters: QueryParameters): Promise<QueryResponse> {
    this.asked++;
    const answer = await this.#api.query(parameters);
    if (answer.series.length <= 20) return answer;
    throw new Refusal(`${answer.series.length} series; at most 20`, "too_many_series");
  }
}

describe("more nodes than one answer holds", () => {
  const CROWD = numbered("node", 42);
  const STEPS = 6;
  const REGIONS = ["eu", "us"];

  // Each node in one step, every node in the first step, every node in two later ones, each in one step with two labels.
  beforeAll(async () => {
    for (const [n, node] of CROWD.entries()) {
      const sample = (step: number, metric: string, tags = {}): object => ({
        timestamp: (T + step * WINDOW.stepMs) * 1000,
        tags,
        samples: { [metric]: delta(1) },
      });
      await server.send({ service: "crowd", node, process: node }, [
        sample(n % STEPS, "apart"),
        sample(0, "together"),
        sample(1, "twice"),
        sample(4, "twice"),
        ...REGIONS.map((region) => sample(n % STEPS, "both", { region })),
      ]);
    }
  });

  async function readCrowd(metric: string, labels: string[] = []): Promise<{ found: string[]; asked: number }> {
    const api = new Short();
    const keys = ["service.node.name", ...labels];
    const found: string[] = [];
    for await (const one of new SeriesReader(api, { ...WINDOW, service: "crowd", metric, keys }).read(["sum"])) {
      const values = keys.map((key) => one.labels[key]).join(" ");
      for (const [, value] of one.points) if (value !== null) found.push(`${values} ${value}`);
    }
    return { found: found.sort(), asked: api.asked };
  }

  const each = (nodes: readonly string[]): string[] => nodes.map((node) => `${node} 1`).sort();

  it("QRY-23 are read half of the time by half, where a step has fewer", async () => {
    const { found, asked } = await readCrowd("apart");
    expect(found).toEqual(each(CROWD));
    expect(asked).toBeLessThan(CROWD.length / 2);
  });

  it.each([
    ["together", 1],
    ["twice", 2],
  ])(
    "QRY-23 are read node by node, where a step has as many, and not once more for each step: %s",
    async (metric, times) => {
      const { found, asked } = await readCrowd(metric);
      expect(found).toEqual(each(Array(times).fill(CROWD).flat()));
      expect(asked).toBeLessThan(CROWD.length + 8);
    },
  );

  it("QRY-23 are read beside labels", async () => {
    const { found } = await readCrowd("both", ["region"]);
    expect(found).toEqual(each(CROWD.flatMap((node) => REGIONS.map((region) => `${node} ${region}`))));
  });
});

describe("a label with more values than one answer holds", () => {
  it("is read value by value", async () => {
    const crowded = new Crowded();
    const reader = new SeriesReader(crowded, { ...WINDOW, metric: "views", keys: ["visitor"] });
    const seen: (string | undefined)[] = [];
    for await (const { labels } of reader.read(["sum"])) seen.push(labels.visitor);
    expect(seen).toEqual(crowded.visitors);
  });

  it("is refused where its values cannot be listed, with what helps", async () => {
    const reader = new SeriesReader(new Crowded(), { ...WINDOW, metric: "views", keys: ["transaction.name"] });
    await expect(reader.read(["sum"]).next()).rejects.toThrow(/^views has more series .* --raw, or name others/);
  });
});
