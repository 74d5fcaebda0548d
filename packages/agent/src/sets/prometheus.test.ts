import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Metricset } from "@tidegauge/protocol";
import { afterEach, describe, expect, it, vi } from "vitest";
import { testRegistry } from "../registry.testing.js";
import { defaultRegistries, type PrometheusFamily } from "./prometheus/registry-source.js";
import { PrometheusMetrics } from "./prometheus.js";

// The real client libraries are tried in conformance/peers; here stands what they cannot be brought to do.
const bucket = (le: number | string, value: number, labels = {}) => ({
  metricName: "h_bucket",
  labels: { le, ...labels },
  value,
});

const read = async (...families: PrometheusFamily[]): Promise<Metricset[]> => {
  const { registry, collect } = testRegistry();
  registry.adopt(new PrometheusMetrics(registry, { registries: { getMetricsAsJSON: () => families } }));
  return collect();
};
const sampleOf = async (values: PrometheusFamily["values"], type = "histogram"): Promise<unknown> =>
  (await read({ name: "h", type, values }))[0]?.samples["prometheus.metrics.h"];

describe("PrometheusMetrics", () => {
  it("PROM-31 negative bounds: -1, 0, 1 with one observation in each bucket", async () => {
    expect(await sampleOf([bucket(-1, 1), bucket(0, 2), bucket(1, 3), bucket("+Inf", 4)])).toEqual({
      values: [-1, -0.5, 0.5, 1],
      counts: [1, 1, 1, 1],
      type: "histogram",
    });
  });

  it.each(["+Inf", "Inf", "+Infinity", Number.POSITIVE_INFINITY])(
    "PROM-42 PROM-43 sorts buckets, reads numeric strings, and takes %s as infinity",
    async (inf) => {
      expect(await sampleOf([bucket(inf, 4), bucket("100", 3), bucket(1, 2), bucket("1e1", 2)])).toEqual({
        values: [0.5, 5.5, 55, 100],
        counts: [2, 0, 1, 1],
        type: "histogram",
      });
    },
  );

  it("PROM-43 adds a missing +Inf bucket from the count, or from the last bucket", async () => {
    expect(await sampleOf([bucket(1, 2), { metricName: "h_count", labels: {}, value: 5 }])).toMatchObject({
      counts: [2, 3],
    });
    expect(await sampleOf([bucket(1, 2)])).toMatchObject({ counts: [2, 0] });
  });

  it("PROM-34 a bucket that is smaller than the one before counts 0", async () => {
    expect(await sampleOf([bucket(1, 5), bucket(2, 3), bucket("+Inf", 6)])).toMatchObject({ counts: [5, 0, 3] });
  });

  it("PROM-42 puts interleaved label sets together by labels", async () => {
    const sent = await read({
      name: "h",
      type: "histogram",
      values: [
        bucket(1, 1, { a: "x" }),
        bucket(1, 5, { a: "y" }),
        bucket("+Inf", 2, { a: "x" }),
        bucket("+Inf", 6, { a: "y" }),
      ],
    });
    expect(sent.map(({ tags, samples }) => [tags?.a, samples["prometheus.metrics.h"]?.counts])).toEqual([
      ["x", [1, 1]],
      ["y", [5, 1]],
    ]);
  });

  it("REG-51 skips a histogram of +Inf alone", async () => {
    expect(await sampleOf([bucket("+Inf", 4)])).toBeUndefined();
  });

  it("PROM-20 drops created samples and reads by name, not by position", async () => {
    expect(
      await sampleOf(
        [
          { metricName: "h_created", labels: {}, value: 1.7e9 },
          { labels: {}, value: 3 },
        ],
        "counter",
      ),
    ).toEqual({ value: 3 });
    const summary = await read({
      name: "s",
      type: "summary",
      values: [
        { metricName: "s_created", labels: {}, value: 1.7e9 },
        { metricName: "s_count", labels: {}, value: 2 },
        { metricName: "s_sum", labels: {}, value: 9 },
        { labels: { quantile: 0.5 }, value: 4 },
      ],
    });
    expect({ ...summary[0]?.samples }).toEqual({
      "prometheus.metrics.s.sum": { value: 9 },
      "prometheus.metrics.s.count": { value: 2 },
    });
  });

  it.each(["gaugehistogram", "info", "stateset", "unknown", "untyped"])("ignores the type %s", async (type) => {
    expect(await sampleOf([{ labels: {}, value: 1 }], type)).toBeUndefined();
  });

  it("PROM-50 gives up on a reading that takes more than ten seconds", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { registry, logger, collect } = testRegistry();
    registry.adopt(new PrometheusMetrics(registry, { registries: { getMetricsAsJSON: () => new Promise(() => {}) } }));
    const collected = collect();
    await vi.advanceTimersByTimeAsync(10_000);
    vi.useRealTimers();
    expect(await collected).toEqual([]);
    expect(logger.of("error")[0]).toContain("took longer than 10000 ms");
  });

  it("PROM-41 refuses what cannot be read", () => {
    const { registry } = testRegistry();
    expect(() => new PrometheusMetrics(registry, { registries: {} as never })).toThrow("getMetricsAsJSON");
  });
});

describe("default registries", () => {
  const root = mkdtempSync(join(tmpdir(), "prom-"));
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const install = (directory: string, name: string): void => {
    const at = join(root, directory, "node_modules", name);
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, "package.json"), JSON.stringify({ name, main: "index.js" }));
    writeFileSync(
      join(at, "index.js"),
      `exports.register = { from: ${JSON.stringify(`${directory} ${name}`)}, getMetricsAsJSON: async () => [] };`,
    );
  };

  it("PROM-40 PROM-2 are those the application resolves, of one library or both; none is an error", () => {
    expect(() => defaultRegistries([root])).toThrow(/neither prom-client nor @prometheus-io\/client/);
    install("only-new", "@prometheus-io/client");
    expect(defaultRegistries([join(root, "only-new")])).toEqual([
      expect.objectContaining({ from: "only-new @prometheus-io/client" }),
    ]);
    install("both", "prom-client");
    install("both", "@prometheus-io/client");
    expect(defaultRegistries([join(root, "both")])).toHaveLength(2);
    expect(defaultRegistries([join(root, "none"), join(root, "both")])).toHaveLength(2);
  });
});
