import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type {
  BreakdownResponse,
  BucketsResponse,
  MetricsResponse,
  ProcessesResponse,
  QueryResponse,
  ServicesResponse,
} from "@tidegauge/protocol/query";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { batchOf, metricsetAt, temporaryDirectory } from "../store/batch.testing.js";
import { openStore, type Store } from "../store/store.js";
import { createQueryRoutes } from "./routes.js";

const T = Date.UTC(2026, 4, 5, 12);
const directory = temporaryDirectory();
let store: Store;
let server: Server;
let url: string;

/** As a server that stops while it answers: what runs is given up, but its clients are still there. */
let stopping = false;

/** The routes behind a bare server; credentials are the receiver's matter. */
function serve(): Server {
  const routes = createQueryRoutes({
    store,
    sightings: () => [
      { service: "waits", environment: "test", agentName: "nodejs", agentVersion: "2", seenAtMs: T },
      { service: "shop", seenAtMs: T },
    ],
    now: () => T + 120_000,
  });
  return createServer((request, response) => {
    const leaving = new AbortController();
    response.on("close", () => leaving.abort());
    const at = new URL(request.url ?? "/", "http://localhost");
    const route = routes.find(({ path }) => path === at.pathname);
    const exchange = { request, response, url: at, receivedAtMs: Date.now(), authorized: true, signal: leaving.signal };
    void Promise.resolve(route?.handle(exchange)).catch(() => response.writeHead(500).end());
    if (stopping) leaving.abort();
  });
}

beforeAll(async () => {
  store = await openStore({ dataDir: directory.path, retentionMs: 0, maintenanceMs: 0 });
  server = serve();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const at = (second: number, samples: Parameters<typeof metricsetAt>[1], tags?: Parameters<typeof metricsetAt>[2]) =>
    metricsetAt(T + second * 1000, samples, tags);
  await store.write(
    batchOf(
      [
        at(0, { "queue.bytes": { value: 10, type: "gauge" } }, { "pool.name": "a", n: 1 }),
        at(10, { "queue.bytes": { value: 20, type: "gauge" } }, { "pool.name": "a", n: 1 }),
        at(10, { "queue.bytes": { value: 100, type: "gauge" } }, { "pool.name": "b", n: 2 }),
        at(0, { jobs: { value: 2, temporality: "delta" } }),
        at(30, { jobs: { value: 3, temporality: "delta" } }),
        at(0, { orders: { value: 5 } }),
        at(70, { orders: { value: 12 } }),
        at(80, { orders: { value: 3 } }),
        at(0, { lat: { values: [1, 2, 3], counts: [1, 2, 1], type: "histogram", temporality: "delta" } }),
        {
          ...at(30, {
            "span.self_time.count": { value: 2, temporality: "delta" },
            "span.self_time.sum.us": { value: 300, temporality: "delta" },
          }),
          transaction: { name: "GET /", type: "request" },
          span: { type: "app", subtype: "" },
        },
        {
          ...at(30, {
            "span.self_time.count": { value: 4, temporality: "delta" },
            "span.self_time.sum.us": { value: 100, temporality: "delta" },
          }),
          transaction: { name: "GET /", type: "request" },
          span: { type: "db", subtype: "mysql" },
        },
      ],
      { batchId: "p1:1", receivedAtMs: T + 85_000 },
    ),
  );
  // A foreign agent's process: nobody knows when it started.
  await store.write(
    batchOf([at(0, { orders: { value: 1000 } }), at(70, { orders: { value: 1001 } })], {
      fromTidegauge: false,
      process: "p2",
      receivedAtMs: T + 90_000,
    }),
  );
});
afterAll(async () => {
  await store.close();
  server.closeAllConnections();
  server.close();
  directory.remove();
});

async function get(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: unknown; headers: Headers }> {
  const response = await fetch(`${url}${path}`, { headers });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text), headers: response.headers };
}

const WINDOW = `from=${T}&to=${new Date(T + 120_000).toISOString()}&step=1m`;

async function query(parameters: string): Promise<QueryResponse> {
  const { status, body } = await get(`/api/v1/query?${WINDOW}&${parameters}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body as QueryResponse;
}

/** The values of each series, with its labels. */
const valuesOf = ({ series }: QueryResponse): [Record<string, string>, (number | null)[]][] =>
  series.map(({ labels, points }) => [labels, points.map(([, value]) => value)]);

describe("GET /api/v1/query", () => {
  it("QRY-17 QRY-20 QRY-21 QRY-33 lists every step from its start, null without data, in one series without group_by", async () => {
    const answer = await query("metric=queue.bytes");
    expect(answer).toEqual({
      from: T,
      to: T + 120_000,
      step: 60_000,
      unit: "byte",
      series: [
        {
          labels: {},
          points: [
            [T, 57.5],
            [T + 60_000, null],
          ],
        },
      ],
    });
    expect(valuesOf(await query("metric=nobody.sends.this&aggregation=count"))).toEqual([[{}, [null, null]]]);
  });

  it("QRY-10 QRY-13 QRY-16 reduces a gauge within each series first, then across series", async () => {
    const across = { avg: 57.5, sum: 115, min: 10, max: 100, last: 120, count: 3, rate: null, p95: null };
    for (const [aggregation, value] of Object.entries(across)) {
      expect(valuesOf(await query(`metric=queue.bytes&aggregation=${aggregation}`)), aggregation).toEqual([
        [{}, [value, null]],
      ]);
    }
  });

  it("QRY-11 QRY-15 adds the samples of a delta", async () => {
    expect(valuesOf(await query("metric=jobs&aggregation=sum"))).toEqual([[{}, [5, null]]]);
    expect(valuesOf(await query("metric=jobs&aggregation=rate"))).toEqual([[{}, [5 / 60, null]]]);
    expect(valuesOf(await query("metric=jobs&aggregation=last"))).toEqual([[{}, [3, null]]]);
  });

  it("QRY-12 QRY-15 STO-2 counts increases per process: from 0 where the start is known, a fall is a restart, nothing is invented", async () => {
    expect(valuesOf(await query("metric=orders&aggregation=sum"))).toEqual([[{}, [5, 11]]]);
    expect(valuesOf(await query("metric=orders&aggregation=rate"))).toEqual([[{}, [5 / 60, 11 / 60]]]);
    expect(valuesOf(await query("metric=orders&aggregation=sum&filter=service.node.name:nowhere"))).toEqual([
      [{}, [null, null]],
    ]);
  });

  it("QRY-14 interpolates percentiles over merged buckets; count, sum and avg of a histogram", async () => {
    const expected = { p50: 2, p99: 3, count: 4, sum: 8, avg: 2, min: 1, max: 3, rate: 4 / 60 };
    for (const [aggregation, value] of Object.entries(expected)) {
      expect(valuesOf(await query(`metric=lat&aggregation=${aggregation}`)), aggregation).toEqual([
        [{}, [value, null]],
      ]);
    }
  });

  it("STO-3 QRY-40 QRY-41 groups and filters by labels in either spelling, by dimensions and by numbers as text", async () => {
    expect(valuesOf(await query("metric=queue.bytes&group_by=pool.name"))).toEqual([
      [{ "pool.name": "a" }, [15, null]],
      [{ "pool.name": "b" }, [100, null]],
    ]);
    expect(valuesOf(await query("metric=queue.bytes&filter=pool_name:b&group_by=service.node.name,n"))).toEqual([
      [{ "service.node.name": "n1", n: "2" }, [100, null]],
    ]);
    expect(valuesOf(await query("metric=queue.bytes&filter=n:1&filter=service.environment:prod"))).toEqual([
      [{}, [15, null]],
    ]);
  });

  it("QRY-17 keeps the largest groups and joins the rest as other", async () => {
    expect(valuesOf(await query("metric=queue.bytes&group_by=pool_name&limit=1&aggregation=sum"))).toEqual([
      [{ pool_name: "b" }, [100, null]],
      [{ _other: "true" }, [15, null]],
    ]);
  });

  it("QRY-22 chooses a step by itself, not shorter than the reports are apart", async () => {
    const { body } = await get(`/api/v1/query?metric=queue.bytes&from=${T}&to=${T + 120_000}`);
    expect((body as QueryResponse).step).toBe(10_000);
    const day = await get(`/api/v1/query?metric=orders&from=${T}&to=${T + 86_400_000}`);
    expect((day.body as QueryResponse).step).toBe(600_000);
  });

  it.each([
    ["", "missing_metric"],
    [`metric=${"m".repeat(1025)}`, "bad_metric"],
    [`metric=m&service=${"s".repeat(1025)}`, "bad_service"],
    ["metric=m&groupby=route", "unknown_parameter"],
    ["metric=m&aggregation=sum&aggregation=max", "bad_aggregation"],
    ["metric=m&from=yesterday", "bad_from"],
    ["metric=m&to=2026-13-45", "bad_to"],
    ["metric=m&step=5", "bad_step"],
    ["metric=m&step=0s", "bad_step"],
    ["metric=m&aggregation=median", "bad_aggregation"],
    ["metric=m&filter=nocolon", "bad_filter"],
    ["metric=m&limit=0", "bad_limit"],
    ["metric=m&from=now&to=now-1h", "bad_range"],
    ["metric=m&from=now-30d&step=1s", "too_many_points"],
  ])("QRY-22 QRY-23 QRY-42 answers 400 to ?%s with %s, and names no engine", async (parameters, code) => {
    const { status, body } = await get(`/api/v1/query?${parameters}`);
    expect(status).toBe(400);
    expect(body).toEqual({ error: { code, message: expect.any(String) } });
    expect(JSON.stringify(body)).not.toMatch(/duck|sql/i);
  });

  it("QRY-42 names what is too long, what is unknown and what there is instead, on every path", async () => {
    const said = async (path: string) => ((await get(`/api/v1/${path}`)).body as { error: { message: string } }).error;
    expect((await said(`query?metric=${"m".repeat(1025)}`)).message).toBe("metric: must be at most 1024 characters");
    expect((await said(`query?metric=m&group_by=${"k".repeat(1025)}`)).message).toBe(
      "group_by: must be at most 1024 characters",
    );
    expect((await said("query?metric=m&node=a&node=b")).message).toBe("node: must be given once");
    const unknown = [
      [
        "query?metrics=m",
        "metrics",
        "metric, service, environment, node, filter, step, aggregation, group_by, limit, from, to",
      ],
      ["buckets?metric=m&group_by=a", "group_by", "metric, service, environment, node, filter, step, limit, from, to"],
      ["breakdown?metric=m", "metric", "service, environment, node, transaction, transaction_type, step, from, to"],
      ["processes?step=1m", "step", "service, environment, node, from, to"],
      ["export?filter=a:b", "filter", "format, service, metric, from, to"],
      ["metrics?metric=m", "metric", "service"],
      ["labels?node=n", "node", "service, metric"],
    ] as const;
    for (const [path, name, list] of unknown) {
      const message = `${name}: no such parameter, there are ${list}`;
      expect(await said(path)).toEqual({ code: "unknown_parameter", message });
    }
    expect((await said("services?service=shop")).message).toBe("service: no such parameter, there are none");
  });

  it("answers 304 to the ETag of what the client has", async () => {
    const first = await get(`/api/v1/query?${WINDOW}&metric=orders`);
    const tag = first.headers.get("etag") as string;
    expect((await get(`/api/v1/query?${WINDOW}&metric=orders`, { "If-None-Match": tag })).status).toBe(304);
    expect((await get(`/api/v1/query?${WINDOW}&metric=lat`, { "If-None-Match": tag })).status).toBe(200);
  });

  it("QRY-43 takes every text as a value, never as a part of a statement", async () => {
    for (const text of ["' OR 1=1 --", 'a"; DROP TABLE points; --', "$metric", "\u0000", "%"]) {
      const answer = await query(
        `metric=${encodeURIComponent(text)}&filter=${encodeURIComponent(`k:${text}`)}&service=${encodeURIComponent(text)}`,
      );
      expect(valuesOf(answer)).toEqual([[{}, [null, null]]]);
    }
    expect(valuesOf(await query("metric=lat&aggregation=count"))).toEqual([[{}, [4, null]]]);
  });
});

describe("the rest of the query API", () => {
  it("QRY-30 lists services that report, and those that only polled as waiting", async () => {
    const { services } = (await get("/api/v1/services")).body as ServicesResponse;
    expect(services).toEqual([
      {
        name: "shop",
        environments: ["prod"],
        agent: { name: "nodejs", version: "1.2.3" },
        nodes: ["n1"],
        firstSeen: new Date(T).toISOString(),
        lastSeen: new Date(T + 90_000).toISOString(),
        status: "reporting",
      },
      {
        name: "waits",
        environments: ["test"],
        agent: { name: "nodejs", version: "2" },
        nodes: [],
        firstSeen: null,
        lastSeen: null,
        status: "waiting",
      },
    ]);
  });

  it("QRY-6 QRY-31 lists metrics with kind, unit, labels and number of series", async () => {
    const { metrics } = (await get("/api/v1/metrics?service=shop")).body as MetricsResponse;
    const orders = metrics.find(({ name }) => name === "orders");
    expect(metrics.map(({ name, kind, unit }) => [name, kind, unit])).toEqual([
      ["jobs", "delta", null],
      ["lat", "histogram", null],
      ["orders", "cumulative", null],
      ["queue.bytes", "gauge", "byte"],
      ["span.self_time.count", "delta", null],
      ["span.self_time.sum.us", "delta", "us"],
    ]);
    expect(orders).toMatchObject({ series: 2, labels: [] });
    expect(metrics.find(({ name }) => name === "queue.bytes")).toMatchObject({
      labels: ["n", "pool_name"],
      series: 2,
      inferred: false,
    });
    expect(((await get("/api/v1/metrics?service=none")).body as MetricsResponse).metrics).toEqual([]);
  });

  it("QRY-32 lists labels and their values", async () => {
    expect((await get("/api/v1/labels?service=shop&metric=queue.bytes")).body).toEqual({
      labels: { n: ["1", "2"], pool_name: ["a", "b"] },
    });
  });

  it("QRY-34 BD-53 breaks transactions down by span type", async () => {
    const { transactions } = (await get(`/api/v1/breakdown?${WINDOW}&service=shop`)).body as BreakdownResponse;
    expect(transactions).toEqual([
      {
        name: "GET /",
        type: "request",
        count: 2,
        sumUs: 400,
        spans: [
          {
            type: "app",
            subtype: "",
            count: 2,
            sumUs: 300,
            share: 0.75,
            points: [
              [T, 300],
              [T + 60_000, null],
            ],
          },
          {
            type: "db",
            subtype: "mysql",
            count: 4,
            sumUs: 100,
            share: 0.25,
            points: [
              [T, 100],
              [T + 60_000, null],
            ],
          },
        ],
      },
    ]);
    const none = await get(`/api/v1/breakdown?${WINDOW}&transaction=other`);
    expect((none.body as BreakdownResponse).transactions).toEqual([]);
  });

  it("QRY-36 gives the buckets of a histogram: their bounds once, then the counts of each step", async () => {
    const { status, body } = await get(`/api/v1/buckets?metric=lat&${WINDOW}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      from: T,
      to: T + 120_000,
      step: 60_000,
      unit: null,
      buckets: [1, 2, 3].map((value) => ({ low: value, high: value })),
      points: [
        [T, [1, 2, 1]],
        [T + 60_000, null],
      ],
    } satisfies BucketsResponse);
    const joined = (await get(`/api/v1/buckets?metric=lat&limit=2&${WINDOW}`)).body as BucketsResponse;
    expect(joined.buckets).toEqual([
      { low: 1, high: 2 },
      { low: 3, high: 3 },
    ]);
    expect(joined.points[0]).toEqual([T, [3, 1]]);
  });

  it("QRY-36 QRY-42 refuses what has no buckets, and limits that are none", async () => {
    const code = async (query: string) => {
      const { status, body } = await get(`/api/v1/buckets?${WINDOW}&${query}`);
      return [status, (body as { error?: { code: string } }).error?.code];
    };
    expect(await code("metric=queue.bytes")).toEqual([400, "not_a_histogram"]);
    expect(await code("")).toEqual([400, "missing_metric"]);
    for (const limit of ["0", "201", "-1", "1.5", "many"]) {
      expect(await code(`metric=lat&limit=${limit}`)).toEqual([400, "bad_limit"]);
    }
    expect(await code("metric=lat&filter=broken")).toEqual([400, "bad_filter"]);
    expect(await code("metric=unheard")).toEqual([200, undefined]);
    const long = `metric=lat&limit=200&step=1s&from=${T}&to=${T + 10_000_000}`;
    const answer = await get(`/api/v1/buckets?${long}`);
    expect([answer.status, (answer.body as { error: { code: string } }).error.code]).toEqual([400, "too_many_points"]);
  });

  it("QRY-37 lists the processes of a window", async () => {
    const { body } = await get(`/api/v1/processes?service=shop&from=${T}&to=${T + 120_000}`);
    const { from, to, total, processes } = body as ProcessesResponse;
    expect([from, to, total]).toEqual([T, T + 120_000, 2]);
    expect(processes[0]).toEqual({
      id: "e:p1",
      service: "shop",
      node: "n1",
      environment: "prod",
      version: null,
      agent: { name: "nodejs", version: "1.2.3" },
      firstSeen: new Date(T).toISOString(),
      lastSeen: new Date(T + 80_000).toISOString(),
      replaces: null,
    });
    expect((await get("/api/v1/processes?from=later")).status).toBe(400);
  });

  it("describes every route in its OpenAPI document, with the parameters that are read", async () => {
    const { paths } = (await get("/api/v1/openapi.json")).body as {
      paths: Record<string, { get: { parameters: { name: string }[] } }>;
    };
    const routes = createQueryRoutes({ store, sightings: () => [] }).map(({ path }) => path);
    expect([...Object.keys(paths), "/api/v1/events", "/api/v1/openapi.json"].sort()).toEqual(routes.sort());
    expect(paths["/api/v1/query"]?.get.parameters.map(({ name }) => name).sort()).toEqual([
      "aggregation",
      "environment",
      "filter",
      "from",
      "group_by",
      "limit",
      "metric",
      "node",
      "service",
      "step",
      "to",
    ]);
    expect(paths["/api/v1/buckets"]?.get.parameters.map(({ name }) => name).sort()).toEqual([
      "environment",
      "filter",
      "from",
      "limit",
      "metric",
      "node",
      "service",
      "step",
      "to",
    ]);
  });

  it("answers 503 to what it gives up when the server stops, and breaks nothing off", async () => {
    stopping = true;
    try {
      for (const path of ["query?metric=queue.bytes", "services", "breakdown?service=shop", "export"]) {
        const response = await fetch(`${url}/api/v1/${path}`);
        expect([path, response.status]).toEqual([path, 503]);
        expect(await response.json()).toEqual({
          error: { code: "unavailable", message: expect.stringContaining("try again") },
        });
      }
    } finally {
      stopping = false;
    }
  });

  it("QRY-35 streams what arrives, joined for a while, and stops when the client leaves", async () => {
    const leaving = new AbortController();
    const response = await fetch(`${url}/api/v1/events`, { signal: leaving.signal });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const write = (): Promise<unknown> =>
      store.write(batchOf([metricsetAt(T, { later: { value: 1 } })], { receivedAtMs: T }));
    let text = "";
    const reading = (async () => {
      while (!text.includes("data:")) text += new TextDecoder().decode((await reader.read()).value);
    })();
    await expect.poll(() => store.events.listenerCount("written")).toBe(1);
    await Promise.all([write(), write(), write()]);
    await reading;
    expect(JSON.parse(/data: (.*)\n/.exec(text)?.[1] as string)).toEqual({
      service: "shop",
      metricsets: 3,
      receivedAt: T,
    });
    leaving.abort();
    await expect.poll(() => store.events.listenerCount("written")).toBe(0);
  });
});
