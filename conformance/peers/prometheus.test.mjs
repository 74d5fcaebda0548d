import { fork } from "node:child_process";
import cluster from "node:cluster";
import { createRequire } from "node:module";
import { MetricSet, PrometheusMetrics } from "@tidegauge/agent";
import { describe, expect, it } from "vitest";
import { quietClient, warnings } from "../quiet-client.mjs";

const require = createRequire(import.meta.url);
const LIBRARIES = { "prom-client": require("prom-client"), "@prometheus-io/client": require("@prometheus-io/client") };
/** A client that reads these registries alone. */
async function bridge(prometheusRegistry, options = {}) {
  const quiet = quietClient({ prometheusMetrics: true, prometheusRegistry, ...options });
  await quiet.client.metrics.loaded();
  return quiet;
}

const bySamples = (sent, name) =>
  sent.filter((payload) => name in payload.samples).map(({ samples, tags }) => [tags, samples[name]]);

describe.each(Object.keys(LIBRARIES))("%s", (library) => {
  const prom = LIBRARIES[library];

  it("PROM-20 PROM-21 PROM-22 PROM-44 counters lose one _total, values are totals, unused labelled ones send nothing", async () => {
    const registry = new prom.Registry();
    const requests = new prom.Counter({
      name: "requests_total",
      help: "h",
      labelNames: ["method"],
      registers: [registry],
    });
    new prom.Counter({ name: "bare_total", help: "h", registers: [registry] });
    new prom.Counter({ name: "never", help: "h", labelNames: ["x"], registers: [registry] });
    requests.inc({ method: "GET" }, 7);
    const { collect } = await bridge(registry);
    const sent = await collect();
    expect(bySamples(sent, "prometheus.metrics.requests")).toEqual([[{ method: "GET" }, { value: 7 }]]);
    expect(bySamples(sent, "prometheus.metrics.bare")).toEqual([[undefined, { value: 0 }]]);
    expect(sent).toHaveLength(2);
    // PROM-5, PROM-6: unchanged, and no difference is taken.
    expect(bySamples(await collect(), "prometheus.metrics.requests")).toEqual([[{ method: "GET" }, { value: 7 }]]);
    requests.inc({ method: "GET" });
    expect(bySamples(await collect(), "prometheus.metrics.requests")[0][1]).toEqual({ value: 8 });
  });

  it("PROM-9 three series of a counter make three metricsets; all families of one label set share one", async () => {
    const registry = new prom.Registry();
    const counter = new prom.Counter({
      name: "c",
      help: "h",
      labelNames: ["alabel", "anotherlabel"],
      registers: [registry],
    });
    const gauge = new prom.Gauge({
      name: "g",
      help: "h",
      labelNames: ["alabel", "anotherlabel"],
      registers: [registry],
    });
    counter.inc({ alabel: "foo", anotherlabel: "baz" }, 2);
    counter.inc({ alabel: "bar", anotherlabel: "bazzinga" });
    gauge.set({ alabel: "foo", anotherlabel: "baz" }, 7);
    gauge.set({ anotherlabel: "baz", alabel: "foo" }, 2);
    gauge.set({ alabel: "bar", anotherlabel: "bazzinga" }, 11);
    const sent = await (await bridge(registry)).collect();
    expect(sent.map(({ samples, tags }) => [{ ...tags }, { ...samples }])).toEqual([
      [
        { alabel: "foo", anotherlabel: "baz" },
        { "prometheus.metrics.c": { value: 2 }, "prometheus.metrics.g": { value: 2, type: "gauge" } },
      ],
      [
        { alabel: "bar", anotherlabel: "bazzinga" },
        { "prometheus.metrics.c": { value: 1 }, "prometheus.metrics.g": { value: 11, type: "gauge" } },
      ],
    ]);
  });

  it("PROM-25 PROM-42 summaries become sum and count, quantiles are dropped", async () => {
    const registry = new prom.Registry();
    const bare = new prom.Summary({ name: "a_bare_summary", help: "h", registers: [registry] });
    const summary = new prom.Summary({ name: "summary", help: "h", labelNames: ["alabel"], registers: [registry] });
    new prom.Summary({ name: "unused", help: "h", registers: [registry] });
    for (const value of [5, 7, 9]) bare.observe(value);
    summary.observe({ alabel: "foo" }, 7);
    summary.observe({ alabel: "foo" }, 2);
    summary.observe({ alabel: "bar" }, 11);
    const sent = await (await bridge(registry)).collect();
    expect(sent.map(({ samples, tags }) => [tags?.alabel, { ...samples }])).toEqual([
      [
        undefined,
        {
          "prometheus.metrics.a_bare_summary.sum": { value: 21 },
          "prometheus.metrics.a_bare_summary.count": { value: 3 },
          "prometheus.metrics.unused.sum": { value: 0 },
          "prometheus.metrics.unused.count": { value: 0 },
        },
      ],
      ["foo", { "prometheus.metrics.summary.sum": { value: 9 }, "prometheus.metrics.summary.count": { value: 2 } }],
      ["bar", { "prometheus.metrics.summary.sum": { value: 11 }, "prometheus.metrics.summary.count": { value: 1 } }],
    ]);
  });

  it("PROM-30 PROM-31 PROM-32 PROM-43 PROM-45 histograms are de-cumulated over their buckets", async () => {
    const registry = new prom.Registry();
    const options = { help: "h", registers: [registry], buckets: [1, 10, 100] };
    const bare = new prom.Histogram({ name: "histo", ...options });
    const labelled = new prom.Histogram({ name: "histowithlabel", labelNames: ["alabel", "anotherlabel"], ...options });
    for (const value of [0.5, 0.6, 1.5, 26, 42, 12, 105]) bare.observe(value);
    for (const value of [1, 10, 100]) labelled.observe({ alabel: "foo", anotherlabel: "baz" }, value);
    labelled.observe({ alabel: "foo", anotherlabel: "bazzinga" }, 1000);
    const { collect } = await bridge(registry);
    const values = [0.5, 5.5, 55, 100];
    for (let round = 0; round < 2; round++) {
      const sent = await collect();
      expect(bySamples(sent, "prometheus.metrics.histo")).toEqual([
        [undefined, { values, counts: [2, 1, 3, 1], type: "histogram" }],
      ]);
      expect(bySamples(sent, "prometheus.metrics.histowithlabel")).toEqual([
        [
          { alabel: "foo", anotherlabel: "baz" },
          { values, counts: [1, 1, 1, 0], type: "histogram" },
        ],
        [
          { alabel: "foo", anotherlabel: "bazzinga" },
          { values, counts: [0, 0, 0, 1], type: "histogram" },
        ],
      ]);
    }
    expect(await registry.metrics()).toContain('histo_bucket{le="10"} 3');
  });

  it("PROM-45 PROM-46 takes default labels and leaves the client's objects alone; the worked example", async () => {
    const registry = new prom.Registry();
    registry.setDefaultLabels({ app: "z" });
    const histogram = new prom.Histogram({
      name: "h",
      help: "h",
      labelNames: ["a"],
      buckets: [1, 10, 100],
      registers: [registry],
    });
    histogram.observe({ a: "x" }, 0.5);
    histogram.observe({ a: "x" }, 50);
    new prom.Counter({ name: "req_total", help: "h", labelNames: ["m"], registers: [registry] }).inc({ m: "GET" }, 2);
    const before = JSON.stringify(await registry.getMetricsAsJSON());
    const sent = await (await bridge(registry)).collect();
    const found = sent.map(({ samples, tags }) => [{ ...tags }, { ...samples }]);
    expect(found).toContainEqual([
      { a: "x", app: "z" },
      { "prometheus.metrics.h": { values: [0.5, 5.5, 55, 100], counts: [1, 0, 1, 0], type: "histogram" } },
    ]);
    expect(found).toContainEqual([{ app: "z", m: "GET" }, { "prometheus.metrics.req": { value: 2 } }]);
    expect(JSON.stringify(await registry.getMetricsAsJSON())).toBe(before);
  });

  it("PROM-12 skips values that are not finite", async () => {
    const registry = new prom.Registry();
    const gauge = new prom.Gauge({ name: "g", help: "h", labelNames: ["a"], registers: [registry] });
    gauge.set({ a: "nan" }, Number.NaN);
    gauge.set({ a: "inf" }, Number.POSITIVE_INFINITY);
    gauge.set({ a: "ok" }, 1);
    expect(bySamples(await (await bridge(registry)).collect(), "prometheus.metrics.g")).toEqual([
      [{ a: "ok" }, { value: 1, type: "gauge" }],
    ]);
    expect(warnings).toEqual([]);
  });

  it("PROM-11 D-PROM-1 stops sending what is gone, frees its slot, and sends a value that fell as it is", async () => {
    const registry = new prom.Registry();
    const gauge = new prom.Gauge({ name: "g", help: "h", labelNames: ["a"], registers: [registry] });
    const counter = new prom.Counter({ name: "c", help: "h", registers: [registry] });
    gauge.set({ a: "1" }, 1);
    gauge.set({ a: "2" }, 2);
    counter.inc(10);
    const { client, collect } = await bridge(registry);
    const { table } = client.metrics.getMetricSet(PrometheusMetrics);
    await collect();
    expect(table.size).toBe(3);
    gauge.remove({ a: "1" });
    counter.reset();
    const sent = await collect();
    expect(bySamples(sent, "prometheus.metrics.g")).toEqual([[{ a: "2" }, { value: 2, type: "gauge" }]]);
    expect(bySamples(sent, "prometheus.metrics.c")[0][1]).toEqual({ value: 0 });
    expect(table.size).toBe(2);
    registry.clear();
    expect(await collect()).toEqual([]);
    expect(table.size).toBe(0);
  });

  it("PROM-33 takes changed buckets", async () => {
    const registry = new prom.Registry();
    new prom.Histogram({ name: "h", help: "h", buckets: [1, 2], registers: [registry] }).observe(1);
    const { collect } = await bridge(registry);
    await collect();
    registry.clear();
    new prom.Histogram({ name: "h", help: "h", buckets: [1, 2, 3], registers: [registry] }).observe(3);
    expect(bySamples(await collect(), "prometheus.metrics.h")[0][1]).toEqual({
      values: [0.5, 1.5, 2.5, 3],
      counts: [0, 0, 1, 0],
      type: "histogram",
    });
  });

  it("PROM-41 PROM-47 a registry that fails, or is slow, is an error of this round only, without half a report", async () => {
    const registry = new prom.Registry();
    let fails = true;
    new prom.Gauge({ name: "a", help: "h", registers: [registry] }).set(1);
    new prom.Gauge({
      name: "z",
      help: "h",
      registers: [registry],
      async collect() {
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (fails) throw new Error("database is gone");
        this.set(5);
      },
    });
    const { client, collect } = await bridge([new prom.Registry(), registry]);
    client.metrics.register(MetricSet).counter("other").inc();
    const failed = await collect();
    expect(failed.map(({ samples }) => Object.keys(samples))).toEqual([["other"]]);
    expect(warnings.filter((line) => line.includes("database is gone"))).toHaveLength(1);
    fails = false;
    expect(bySamples(await collect(), "prometheus.metrics.z")[0][1]).toEqual({ value: 5, type: "gauge" });
  });

  it("PROM-49 reads several registries in order, the later one wins", async () => {
    const [one, two] = [new prom.Registry(), new prom.Registry()];
    new prom.Gauge({ name: "same", help: "h", registers: [one] }).set(1);
    new prom.Gauge({ name: "first", help: "h", registers: [one] }).set(1);
    new prom.Gauge({ name: "same", help: "h", registers: [two] }).set(2);
    const [{ samples }] = await (await bridge([one, two])).collect();
    expect(samples["prometheus.metrics.same"].value).toBe(2);
    expect(samples["prometheus.metrics.first"].value).toBe(1);
  });

  it("PROM-4 PROM-7 has any prefix, and disable_metrics sees it", async () => {
    const registry = new prom.Registry();
    new prom.Gauge({ name: "http_open", help: "h", registers: [registry] }).set(1);
    new prom.Summary({ name: "http_time", help: "h", registers: [registry] });
    new prom.Gauge({ name: "other", help: "h", registers: [registry] }).set(1);
    const prefixed = await bridge(registry, { prometheusMetricsPrefix: "p.", disableMetrics: "p.http_*" });
    expect(Object.keys((await prefixed.collect())[0].samples)).toEqual(["p.other"]);
    const none = await bridge(registry, { prometheusMetricsPrefix: "", disableMetrics: "http_time.sum" });
    expect(Object.keys((await none.collect())[0].samples).sort()).toEqual([
      "http_open",
      "http_time.count",
      "http_time.sum",
      "other",
    ]);
  });

  it("PROM-8 leaves series past the limit out, counted, and merges none", async () => {
    const registry = new prom.Registry();
    const counter = new prom.Counter({ name: "c", help: "h", labelNames: ["id"], registers: [registry] });
    for (let id = 0; id < 10; id++) counter.inc({ id });
    const { client, collect } = await bridge(registry, { metricsLimit: 4 });
    expect((await collect()).map((payload) => payload.tags.id)).toEqual(["0", "1", "2", "3"]);
    expect(await collect()).toHaveLength(4);
    expect(client.metrics.getMetricSet(PrometheusMetrics).table.overflowed).toBe(12);
    expect(warnings.filter((line) => line.includes("limit of 4"))).toHaveLength(1);
  });

  it("PROM-3 PROM-10 sends default metrics without help or unit, each interval, unreset", async () => {
    const registry = new prom.Registry();
    prom.collectDefaultMetrics({ register: registry });
    const { collect } = await bridge(registry);
    const names = (sent) => new Set(sent.flatMap(({ samples }) => Object.keys(samples)));
    const first = names(await collect());
    expect(first).toContain("prometheus.metrics.process_cpu_user_seconds");
    expect(first).toContain("prometheus.metrics.nodejs_heap_size_used_bytes");
    expect(names(await collect()).size).toBeGreaterThanOrEqual(first.size - 3);
  });

  it("PROM-48 an aggregated registry is read like any other, and no cluster is asked", async () => {
    const worker = new prom.Registry();
    new prom.Histogram({ name: "h", help: "h", labelNames: ["a"], buckets: [1], registers: [worker] }).observe(
      { a: "x" },
      0.5,
    );
    new prom.Counter({ name: "c_total", help: "h", registers: [worker] }).inc(2);
    const reports = [await worker.getMetricsAsJSON(), await worker.getMetricsAsJSON()];
    const Aggregator = prom.AggregatorRegistry ?? prom.ClusterRegistry;
    const asked = Aggregator.prototype.clusterMetrics;
    Aggregator.prototype.clusterMetrics = () => {
      throw new Error("asked");
    };
    const aggregated = Aggregator.aggregate(reports);
    const sent = await (await bridge(aggregated)).collect();
    Aggregator.prototype.clusterMetrics = asked;
    expect(bySamples(sent, "prometheus.metrics.c")[0][1]).toEqual({ value: 4 });
    expect(bySamples(sent, "prometheus.metrics.h")).toEqual([
      [{ a: "x" }, { values: [0.5, 1], counts: [2, 0], type: "histogram" }],
    ]);
    expect(cluster.isPrimary).toBe(true);
  });
});

describe("prom-client 15 alone", () => {
  const prom = LIBRARIES["prom-client"];

  it("PROM-44 PROM-46 an OpenMetrics registry renames counters in place: the name stays one; exemplars are ignored", async () => {
    const registry = new prom.Registry(prom.Registry.OPENMETRICS_CONTENT_TYPE);
    const counter = new prom.Counter({
      name: "om_total",
      help: "h",
      labelNames: ["a"],
      enableExemplars: true,
      registers: [registry],
    });
    counter.inc({ labels: { a: "x" }, value: 1, exemplarLabels: { traceId: "1" } });
    const { collect } = await bridge(registry);
    expect(bySamples(await collect(), "prometheus.metrics.om")).toEqual([[{ a: "x" }, { value: 1 }]]);
    await registry.metrics();
    expect(bySamples(await collect(), "prometheus.metrics.om")).toEqual([[{ a: "x" }, { value: 1 }]]);
  });
});

describe("finding the library", () => {
  /** Runs an application in another process; what it prints is its answer. */
  const application = (name, env = {}) =>
    new Promise((resolve, reject) => {
      const child = fork(new URL(`./applications/${name}`, import.meta.url).pathname, {
        env: { ...process.env, ...env },
        stdio: ["ignore", "inherit", "inherit", "ipc"],
      });
      child.once("message", resolve);
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`ended with ${code}`)));
    });

  it("PROM-1 PROM-40 loads no client library while the option is off", async () => {
    expect(await application("loaded.cjs")).toEqual([]);
  });

  it("PROM-40 reads the default registries of all libraries the application resolves", async () => {
    const answer = await application("loaded.cjs", { ELASTIC_APM_PROMETHEUS_METRICS: "true", RECORD: "1" });
    expect(answer.sort()).toEqual(["prometheus.metrics.from_new", "prometheus.metrics.from_old"]);
  });
});
