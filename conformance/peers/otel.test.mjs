import { createRequire } from "node:module";
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { TidegaugeMetricExporter, TidegaugeMetricReader } from "@tidegauge/agent/opentelemetry";
import { describe, expect, it } from "vitest";
import { quietClient, warnings } from "../quiet-client.mjs";

function sdk({ views = [], exporter = false, intervalMs, ...options } = {}) {
  const { client, transport } = quietClient(options);
  const reader = exporter
    ? new PeriodicExportingMetricReader({
        exporter: new TidegaugeMetricExporter({ client }),
        exportIntervalMillis: intervalMs ?? 3_600_000,
      })
    : new TidegaugeMetricReader({ client });
  const provider = new MeterProvider({ readers: [reader], views });
  return {
    client,
    transport,
    provider,
    reader,
    meter: provider.getMeter("scope", "1.0.0"),
    async collect() {
      const before = transport.metricsets.length;
      await reader.forceFlush();
      return transport.metricsets
        .slice(before)
        .map(({ samples, tags }) =>
          tags ? { samples: { ...samples }, tags: { ...tags } } : { samples: { ...samples } },
        );
    },
  };
}

const delta = (value, type = "counter") => ({ value, type, temporality: "delta" });

describe.each([
  ["the reader", false],
  ["the exporter under a PeriodicExportingMetricReader", true],
])("%s", (_, exporter) => {
  it("O1 O2 OT-6 OT-17 OT-33 OT-60 counters are deltas by label set, and nothing without a change", async () => {
    const { meter, collect } = sdk({ exporter });
    const counter = meter.createCounter("c");
    counter.add(3, { a: "x" });
    counter.add(2, { a: "x" });
    counter.add(1);
    const sent = await collect();
    expect(sent).toHaveLength(2);
    expect(sent).toContainEqual({ samples: { c: delta(5) }, tags: { a: "x" } });
    expect(sent).toContainEqual({ samples: { c: delta(1) } });
    expect(await collect()).toEqual([]);
    counter.add(0);
    expect(await collect()).toEqual([]);
  });

  it("O3 OT-6 an observable counter of 10, 10, 15 gives 10, nothing, 5", async () => {
    const { meter, collect } = sdk({ exporter });
    let value = 10;
    meter.createObservableCounter("oc").addCallback((result) => result.observe(value));
    expect(await collect()).toEqual([{ samples: { oc: delta(10) } }]);
    expect(await collect()).toEqual([]);
    value = 15;
    expect(await collect()).toEqual([{ samples: { oc: delta(5) } }]);
  });

  it("O4 OT-17 an up-down counter is a cumulative gauge, sent when it is unchanged or 0", async () => {
    const { meter, collect } = sdk({ exporter });
    const counter = meter.createUpDownCounter("ud");
    counter.add(5);
    expect(await collect()).toEqual([{ samples: { ud: { value: 5, type: "gauge" } } }]);
    expect(await collect()).toEqual([{ samples: { ud: { value: 5, type: "gauge" } } }]);
    counter.add(-5);
    expect(await collect()).toEqual([{ samples: { ud: { value: 0, type: "gauge" } } }]);
  });

  it("O5 OT-7 gauges: an observed 0 is sent; a synchronous one only where it was recorded", async () => {
    const { meter, collect } = sdk({ exporter });
    meter.createObservableGauge("og").addCallback((result) => result.observe(0));
    const gauge = meter.createGauge("sync");
    gauge.record(0);
    expect(await collect()).toEqual([
      { samples: { og: { value: 0, type: "gauge" }, sync: { value: 0, type: "gauge" } } },
    ]);
    expect(await collect()).toEqual([{ samples: { og: { value: 0, type: "gauge" } } }]);
  });

  it("O6 OT-11 two scopes never share a metricset; one scope asked for twice is one", async () => {
    const { provider, collect } = sdk({ exporter });
    provider.getMeter("a", "1").createCounter("c").add(1);
    provider.getMeter("b", "1").createCounter("c").add(1);
    provider.getMeter("a", "1").createCounter("d").add(1);
    provider.getMeter("a", "2").createCounter("d").add(1);
    const sent = await collect();
    expect(sent).toHaveLength(3);
    expect(sent).toContainEqual({ samples: { c: delta(1), d: delta(1) } });
  });

  it("O7 O8 OT-15 one scope and label set share one; disable_metrics leaves a metric out without a warning", async () => {
    for (const [disableMetrics, names] of [
      ["", ["c", "g"]],
      ["c*", ["g"]],
    ]) {
      const { meter, collect } = sdk({ exporter, disableMetrics });
      meter.createCounter("c").add(1, { a: 1 });
      meter.createGauge("g").record(2, { a: 1 });
      const sent = await collect();
      expect(sent).toHaveLength(1);
      expect(Object.keys(sent[0].samples).sort()).toEqual(names);
      expect(sent[0].tags).toEqual({ a: 1 });
    }
    expect(warnings).toEqual([]);
  });

  it("O9 OT-50 OT-51 exponential histograms are converted, or dropped with one warning", async () => {
    const views = [{ instrumentName: "*", aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }];
    const dropped = sdk({ exporter, views, otelExponentialHistograms: false });
    const refused = dropped.meter.createHistogram("h");
    for (let round = 0; round < 3; round++) {
      refused.record(3);
      expect(await dropped.collect()).toEqual([]);
    }
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/h is dropped.*EXPONENTIAL_HISTOGRAM/);
    const { meter, collect } = sdk({ exporter, views });
    const histogram = meter.createHistogram("h");
    for (const value of [0, 1, 1, 100, 1000]) histogram.record(value);
    const [{ samples }] = await collect();
    expect(samples.h).toMatchObject({ type: "histogram", temporality: "delta" });
    expect(samples.h.counts.reduce((sum, count) => sum + count)).toBe(5);
    expect(samples.h.values[0]).toBe(0);
    for (const [index, value] of [0, 1, 100, 1000].entries()) {
      expect(Math.abs(samples.h.values[index] - value)).toBeLessThanOrEqual(value * 0.05);
    }
    expect(samples.h.counts).toEqual([1, 2, 1, 1]);
  });

  it("O10 OT-32 an array attribute is dropped with one warning; monotonic points that meet are added, gauges: the later", async () => {
    const { meter, collect } = sdk({ exporter });
    const counter = meter.createCounter("c");
    for (let round = 0; round < 2; round++) {
      counter.add(1, { tags: ["a"] });
      counter.add(2);
      expect(await collect()).toEqual([{ samples: { c: delta(3) } }]);
    }
    expect(warnings.filter((line) => line.includes("attribute tags"))).toHaveLength(1);
    const gauge = meter.createGauge("g");
    gauge.record(7, { tags: ["a"] });
    gauge.record(8);
    expect((await collect())[0].samples.g.value).toBe(8);
    const histogram = meter.createHistogram("h");
    histogram.record(3, { tags: ["b"] });
    histogram.record(3);
    histogram.record(100);
    expect((await collect())[0].samples.h.counts).toEqual([2, 1]);
  });

  it("OT-40 OT-42 OT-20 histograms have the √2 boundaries; empty buckets, sum and count are left out", async () => {
    const { meter, collect } = sdk({ exporter });
    meter.createHistogram("h").record(3);
    expect(await collect()).toEqual([
      { samples: { h: { type: "histogram", values: [3.414215], counts: [1], temporality: "delta" } } },
    ]);
    expect(await collect()).toEqual([]);
  });

  it("OT-41 OT-5 boundaries come from the option, and from a view before that", async () => {
    const option = sdk({ exporter, customMetricsHistogramBoundaries: "10,20,30" });
    const histogram = option.meter.createHistogram("h");
    for (const value of [1, 1, 1, 15, 15, 15, 25, 25, 99]) histogram.record(value);
    expect((await option.collect())[0].samples.h).toMatchObject({ values: [5, 15, 25, 30], counts: [3, 3, 2, 1] });
    const views = [
      {
        instrumentName: "h",
        aggregation: { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: [0, 5, 10] } },
      },
      {
        instrumentName: "none",
        aggregation: { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: [] } },
      },
      { instrumentName: "summed", aggregation: { type: AggregationType.SUM } },
      { instrumentName: "old", name: "renamed" },
    ];
    const { meter, collect } = sdk({ exporter, views });
    for (const value of [0, 1, 2, 99, 99, 99, 99]) meter.createHistogram("h").record(value);
    meter.createHistogram("none").record(4);
    meter.createHistogram("none").record(6);
    meter.createHistogram("summed").record(4);
    meter.createCounter("old").add(1);
    const [{ samples }] = await collect();
    expect(samples.h).toMatchObject({ values: [0, 2.5, 10], counts: [1, 2, 4] });
    // OT-43: one bucket stands as its mean.
    expect(samples.none).toMatchObject({ values: [5], counts: [2] });
    expect(samples.summed).toEqual(delta(4));
    expect(samples.renamed).toEqual(delta(1));
    expect(samples.old).toBeUndefined();
  });

  it("OT-10 OT-30 OT-31 OT-16 keys, types and names stay as they are; the resource is ignored", async () => {
    const { meter, collect } = sdk({ exporter });
    const counter = meter.createCounter("My.Metric_name-x/y");
    counter.add(1, {
      "foo.bar": "baz",
      my_array: ["a", "b"],
      "testnum*": 42.42,
      bool: true,
      1: "1",
      long: "x".repeat(2000),
    });
    counter.add(1, { n: 1, nan: Number.NaN });
    counter.add(1, { n: "1" });
    const sent = await collect();
    expect(sent[0]).toEqual({
      samples: { "My.Metric_name-x/y": delta(1) },
      tags: { "foo.bar": "baz", "testnum*": 42.42, bool: true, 1: "1", long: `${"x".repeat(1023)}…` },
    });
    // OT-12: the number 1 and the string "1" are two label sets.
    expect(sent[1].tags).toEqual({ n: 1 });
    expect(sent[2].tags).toEqual({ n: "1" });
  });

  it("OT-24 the SDK's overflow point is sent like any other, the limit of a metric set does not apply", async () => {
    const { meter, collect } = sdk({ exporter, metricsLimit: 10 });
    const counter = meter.createCounter("c");
    for (let id = 0; id < 2500; id++) counter.add(1, { id });
    const sent = await collect();
    expect(sent.length).toBeGreaterThan(1990);
    expect(sent.some(({ tags }) => tags["otel.metric.overflow"] === true)).toBe(true);
    expect(sent.reduce((sum, { samples }) => sum + samples.c.value, 0)).toBe(2500);
  });

  it("OT-14 has the time of the points, in microseconds", async () => {
    const { meter, collect, transport } = sdk({ exporter });
    meter.createCounter("c").add(1);
    const before = Date.now() * 1000;
    await collect();
    expect(transport.metricsets[0].timestamp).toBeGreaterThanOrEqual(before - 2000);
    expect(transport.metricsets[0].timestamp).toBeLessThanOrEqual(Date.now() * 1000 + 2000);
    expect(Number.isSafeInteger(transport.metricsets[0].timestamp)).toBe(true);
  });

  it("OT-21 succeeds without queueing anything while the client does not record", async () => {
    const { client, meter, collect } = sdk({ exporter });
    client.config.applyCentral({ recording: "false" });
    meter.createCounter("c").add(1);
    expect(await collect()).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it("OT-22 the provider's shutdown collects and flushes once more", async () => {
    const { client, meter, provider, transport } = sdk({ exporter });
    let flushes = 0;
    const flush = transport.flush;
    transport.flush = () => {
      flushes++;
      return flush.call(transport);
    };
    meter.createCounter("c").add(1);
    await provider.shutdown();
    expect(transport.metricsets).toHaveLength(1);
    expect(flushes).toBeGreaterThan(0);
    expect(client.stats().accepted).toBe(1);
  });
});

describe("the reader alone", () => {
  it("OT-1 collects each interval", async () => {
    const { meter, transport } = sdk({ metricsInterval: "1s" });
    meter.createCounter("c").add(1);
    await expect.poll(() => transport.metricsets.length, { timeout: 5000 }).toBe(1);
  });

  it("OT-1 does nothing with metrics_interval 0", async () => {
    const { meter, collect } = sdk({ metricsInterval: "0s" });
    meter.createCounter("c").add(1);
    expect(await collect()).toEqual([]);
  });

  it("OT-22 the client's close takes what was counted since the last collection", async () => {
    const { client, meter, transport, provider } = sdk();
    meter.createCounter("c").add(4);
    await client.close();
    expect(transport.metricsets[0].samples.c.value).toBe(4);
    await provider.shutdown();
    expect(transport.metricsets).toHaveLength(1);
  });

  it("OT-3 loads nothing of OpenTelemetry", async () => {
    const { execFileSync } = await import("node:child_process");
    const script =
      "const { TidegaugeMetricReader } = require('@tidegauge/agent/opentelemetry'); new TidegaugeMetricReader(); console.log(JSON.stringify(Object.keys(require.cache).filter((path) => /@opentelemetry/.test(path))))";
    const out = execFileSync(process.execPath, ["-e", script], {
      cwd: new URL(".", import.meta.url),
      encoding: "utf8",
    });
    expect(JSON.parse(out)).toEqual([]);
    expect(createRequire(import.meta.url).resolve("@opentelemetry/api")).toContain("node_modules");
  });
});
