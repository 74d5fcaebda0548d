// Each example is used as its README says, against a server of its own data, and the query API must give exactly the
// numbers that the README promises.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPostgres } from "../../conformance/breakdown/databases.mjs";
import { Example } from "./example.mjs";
import { Server } from "./server.mjs";

let server;
let example;

beforeAll(async () => {
  server = await Server.start();
});
afterAll(() => server?.stop());

/** The tests of one example, which is installed once for all of them. */
function describeExample(name, tests) {
  describe(name, () => {
    beforeAll(async () => {
      example = new Example(name, { ELASTIC_APM_SERVER_URL: server.url });
      await example.run("npm install");
    });
    afterAll(() => example?.remove());
    tests();
  });
}

/** Starts an application, sends its load and stops it with Ctrl-C; what the load printed. */
async function underLoad(start, environment = {}) {
  const application = example.start(start, environment);
  const port = await application.says(/^listening on http:\/\/127\.0\.0\.1:(\d+)$/m);
  const printed = await example.run("npm run load", { PORT: port });
  await application.stop();
  return printed;
}

describeExample("express-pg", () => {
  let database;
  beforeAll(async () => {
    database = await startPostgres();
  });
  afterAll(() => database?.stop());

  it("counts requests, statements and what was sold", async () => {
    const connection = {
      PGHOST: "127.0.0.1",
      PGPORT: String(database.port),
      PGUSER: "postgres",
      PGDATABASE: "postgres",
    };
    await example.run("psql -f schema.sql", connection);
    await underLoad("npm start", connection);
    expect(await server.transactions("express-pg")).toEqual({
      "GET /products/:id": { count: 200, app: 200, "db/postgresql": 200 },
      "POST /orders": { count: 50, app: 50, "db/postgresql": 200 },
    });
    expect(await server.numbers("express-pg", "shop.sold", { by: "category" })).toEqual({ books: 50, games: 50 });
    expect(await server.numbers("express-pg", "shop.pool.waiting", { aggregation: "last" })).toEqual({ total: 0 });
  });
});

describeExample("esm-worker", () => {
  it("adds up what four threads count", async () => {
    expect(await example.run("npm start")).toContain("400 keys derived");
    const byThread = await server.numbers("esm-worker", "keys.derived", { by: "thread" });
    expect(Object.keys(byThread).sort()).toEqual(["thread-1", "thread-2", "thread-3", "thread-4"]);
    expect(await server.numbers("esm-worker", "keys.derived")).toEqual({ total: 400 });
    expect((await server.transactions("esm-worker"))["derive key"]).toEqual({ count: 400, app: 400 });
    const { metrics } = await server.get("metrics", { service: "esm-worker" });
    for (const name of ["nodejs.memory.heap.used.bytes", "nodejs.eventloop.delay.avg.ms"]) {
      expect(metrics.find((metric) => metric.name === name).series, name).toBe(5);
    }
  });
});

describeExample("cluster", () => {
  it("has a node for each worker, and right sums over them", async () => {
    const answered = JSON.parse((await underLoad("npm start")).trim().split("\n").at(-1));
    expect(await server.numbers("cluster", "cluster.served")).toEqual({ total: 400 });
    expect(await server.numbers("cluster", "cluster.served", { by: "service.node.name" })).toEqual(answered);
    expect(Object.keys(answered).sort()).toEqual(["web-1", "web-2", "web-3", "web-4"]);
    expect((await server.transactions("cluster"))["GET /"]).toEqual({ count: 400, app: 400 });
    const { services } = await server.get("services");
    expect(services.find(({ name }) => name === "cluster").nodes).toHaveLength(5);
  });
});

describeExample("prom-client-bridge", () => {
  const numbers = async (service) => [
    await server.numbers(service, "prometheus.metrics.http_requests", { by: "status" }),
    await server.numbers(service, "prometheus.metrics.http_requests_in_flight", { aggregation: "last" }),
    await server.numbers(service, "prometheus.metrics.http_response_bytes", { aggregation: "count" }),
  ];
  const promised = [{ 200: 60, 404: 20 }, { total: 0 }, { total: 80 }];
  const start = "ELASTIC_APM_PROMETHEUS_METRICS=true npm start";

  it("sends what prom-client holds", async () => {
    await underLoad(start);
    expect(await numbers("prom-client-bridge")).toEqual(promised);
  });

  it("sends what its successor holds", async () => {
    await example.run("npm install @prometheus-io/client@0.16.1");
    example.edit("app.js", 'import prom from "prom-client";', example.blocks("js")[0].trim());
    await underLoad(start, { ELASTIC_APM_SERVICE_NAME: "prometheus-io-bridge" });
    expect(await numbers("prometheus-io-bridge")).toEqual(promised);
  });
});

describeExample("opentelemetry-sdk", () => {
  it.each(["npm start", "npm run start:exporter"])("%s sends the SDK's metrics once", async (command) => {
    const service = command === "npm start" ? "opentelemetry-sdk" : "opentelemetry-exporter";
    await example.run(command, { ELASTIC_APM_SERVICE_NAME: service });
    expect(await server.numbers(service, "import.rows", { by: "outcome" })).toEqual({ stored: 475, rejected: 25 });
    expect(await server.numbers(service, "import.open_files", { aggregation: "last" })).toEqual({ total: 0 });
    expect(await server.numbers(service, "import.files_left", { aggregation: "last" })).toEqual({ total: 0 });
    expect(await server.numbers(service, "import.row_size", { aggregation: "count" })).toEqual({ total: 500 });
    const { total: median } = await server.numbers(service, "import.row_size", { aggregation: "p50" });
    expect(median).toBeGreaterThan(10);
    expect(median).toBeLessThanOrEqual(100);
  });
});

describeExample("custom-metric-set-javascript", () => {
  it("reports what its set reads, by code and by configuration", async () => {
    const watching = example.start("npm start");
    await watching.says(/watching/);
    await watching.stop();
    const [, , configured] = example.blocks("sh").join("").trim().split("\n");
    await example.run(configured, { ELASTIC_APM_SERVICE_NAME: "configured-metric-set" });
    for (const service of ["custom-metric-set-javascript", "configured-metric-set"]) {
      const last = { aggregation: "last", by: "extension" };
      expect(await server.numbers(service, "inbox.files", last)).toEqual({ ".csv": 2, ".txt": 1 });
      expect(await server.numbers(service, "inbox.bytes", last)).toEqual({ ".csv": 28, ".txt": 16 });
      // The sets that are there by default still are.
      expect(await server.metricNames(service)).toEqual(
        expect.arrayContaining(["system.cpu.total.norm.pct", "nodejs.memory.heap.used.bytes"]),
      );
    }
  });
});

describeExample("custom-metric-set-typescript", () => {
  it("compiles, passes its own test and reports", async () => {
    await example.run("npm run build");
    expect(await example.run("npm test")).toMatch(/^# pass 1$/m);
    await example.run("npm start");
    const service = "custom-metric-set-typescript";
    const jobs = await server.numbers(service, "queue.jobs", { by: "kind,outcome" });
    expect(jobs).toEqual({ "mail done": 30, "invoice done": 8, "invoice failed": 2 });
    expect(await server.numbers(service, "queue.duration.count")).toEqual({ total: 40 });
    expect(await server.numbers(service, "queue.depth", { aggregation: "max" })).toEqual({ total: 40 });
    expect(await server.numbers(service, "queue.depth", { aggregation: "last" })).toEqual({ total: 0 });
  });

  it("has label names that the compiler checks", async () => {
    example.edit("src/queue-metric-set.ts", "with(kind, outcome)", "with(kind)");
    await expect(example.run("npm run build")).rejects.toThrow(/TS2554|TS2345|TS2769/);
  });
});
