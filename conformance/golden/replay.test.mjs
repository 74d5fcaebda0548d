// What Elastic's own agents sent, captured, goes into a real server; what the query API then says is compared with a
// reading of the captured lines that shares no code with the product.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TidegaugeProcess, temporaryDirectory } from "../server-process.mjs";
import { isRefused, readCapture } from "./capture.mjs";

const REQUESTS = fileURLToPath(new URL("./requests", import.meta.url));
const directory = temporaryDirectory();
let server;

beforeAll(async () => {
  server = await TidegaugeProcess.start(["serve", "--data-dir", directory.path, "--retention", "0"]);
});

afterAll(async () => {
  await server?.stop();
  directory.remove();
});

async function get(path, parameters) {
  const response = await fetch(`${server.url}${path}?${new URLSearchParams(parameters)}`);
  const text = await response.text();
  expect(response.status, `${path} ${JSON.stringify(parameters)}: ${text}`).toBe(200);
  return JSON.parse(text);
}

/** `{ labelsAsText: { stepStartMs: value } }`, without the steps that have no value. */
function asMap(series, keys) {
  return Object.fromEntries(
    series.map(({ labels, points }) => [
      JSON.stringify(keys.map((key) => labels[key] ?? "")),
      Object.fromEntries(points.filter(([, value]) => value !== null)),
    ]),
  );
}

describe.each([
  ["python-agent", "apm-agent-python/6.26.2 (py-golden 1.2.3)"],
  ["node-agent", "apm-agent-nodejs/4.18.0 (node-golden 1.2.3)"],
])("requests captured from the %s", (agent, userAgent) => {
  const files = readdirSync(join(REQUESTS, agent)).filter((name) => /^\d+\.ndjson$/.test(name));
  const capture = readCapture(files.map((name) => readFileSync(join(REQUESTS, agent, name), "utf8")));
  const window = { from: String(capture.fromMs), to: String(capture.toMs) };

  it("SRV-27 are accepted, but for what a real APM Server refuses too", async () => {
    expect(files.length).toBeGreaterThan(2);
    for (const name of files) {
      const body = readFileSync(join(REQUESTS, agent, name));
      const response = await fetch(`${server.url}/intake/v2/events?verbose`, {
        method: "POST",
        headers: { "Content-Type": "application/x-ndjson", "Content-Encoding": "gzip", "User-Agent": userAgent },
        body: gzipSync(body),
      });
      const events = body.toString().trim().split("\n").slice(1).map((line) => JSON.parse(line));
      const refused = events.filter(isRefused).length;
      const { accepted, errors = [] } = await response.json();
      expect({ name, status: response.status, accepted, errors: errors.length }).toEqual({
        name,
        status: refused === 0 ? 202 : 400,
        accepted: events.length - refused,
        errors: Math.min(refused, 5),
      });
    }
  });

  it("list the service with its agent, node and environment", async () => {
    const { services } = await get("/api/v1/services", {});
    const service = services.find((candidate) => candidate.name === capture.service.name);
    expect(service).toMatchObject({
      agent: { name: capture.service.agent.name, version: capture.service.agent.version },
      environments: capture.service.environment ? [capture.service.environment] : [],
      nodes: [capture.node],
    });
  });

  it("list every metric that has a value, with its labels", async () => {
    const { metrics } = await get("/api/v1/metrics", { service: capture.service.name });
    const listed = Object.fromEntries(metrics.map((metric) => [metric.name, [...metric.labels].sort()]));
    for (const [name, metric] of capture.metrics) expect(listed[name], name).toEqual(metric.labelKeys);
  });

  it("give back every value sent, at its second, under its labels", async () => {
    let compared = 0;
    for (const [name, metric] of capture.metrics) {
      if (metric.isHistogram) continue;
      const answer = await get("/api/v1/query", {
        ...window,
        metric: name,
        service: capture.service.name,
        step: "1s",
        aggregation: "last",
        ...(metric.labelKeys.length > 0 && { group_by: metric.labelKeys.join(",") }),
      });
      expect(asMap(answer.series, metric.labelKeys), name).toEqual(metric.lastBySecond);
      compared += Object.values(metric.lastBySecond).flatMap(Object.values).length;
    }
    expect(compared).toBeGreaterThan(40);
  });

  it("give back the counts of every histogram", async () => {
    let compared = 0;
    for (const [name, metric] of capture.metrics) {
      if (!metric.isHistogram) continue;
      const answer = await get("/api/v1/query", {
        ...window,
        metric: name,
        service: capture.service.name,
        step: "1s",
        aggregation: "count",
      });
      const total = answer.series[0].points.reduce((sum, [, value]) => sum + (value ?? 0), 0);
      expect(total, name).toBe(metric.histogramCount);
      compared++;
    }
    expect(compared).toBeGreaterThan(0);
  });

  it("give back the breakdown of every transaction", async () => {
    const { transactions } = await get("/api/v1/breakdown", { ...window, service: capture.service.name, step: "10s" });
    const found = Object.fromEntries(
      transactions.flatMap((transaction) =>
        transaction.spans.map((span) => [
          [transaction.name, transaction.type, span.type, span.subtype].join(" | "),
          { count: span.count, sumUs: span.sumUs },
        ]),
      ),
    );
    expect(Object.keys(found).sort()).toEqual(Object.keys(capture.breakdown).sort());
    for (const [key, { count, sumUs }] of Object.entries(capture.breakdown)) {
      expect(found[key].count, key).toBe(count);
      expect(found[key].sumUs, key).toBeCloseTo(sumUs, 6); // sums of fractions, in whatever order
    }
    expect(Object.keys(found).length).toBeGreaterThan(2);
  });
});
