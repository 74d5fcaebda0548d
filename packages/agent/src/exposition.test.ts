import { describe, expect, it } from "vitest";
import { MetricSet } from "./metricset.js";
import { testRegistry } from "./registry.testing.js";

// PyPI's prometheus_client reads the text in conformance/differential.
describe("exposition", () => {
  it("API-27 writes Prometheus text by default, with type and help", async () => {
    const { registry, set } = testRegistry();
    set.counter("orders.total", { region: "eu" }, { description: "orders taken" }).inc(3);
    set.gauge("depth").set(2);
    expect(await registry.exposition()).toBe(
      '# HELP orders_total orders taken\n# TYPE orders_total counter\norders_total{region="eu"} 3\n# TYPE depth gauge\ndepth 2\n',
    );
    expect(await registry.exposition("openmetrics")).toBe(
      '# HELP orders orders taken\n# TYPE orders counter\norders_total{region="eu"} 3\n# TYPE depth gauge\ndepth 2\n# EOF\n',
    );
  });

  it("API-27 resets nothing and never shows a total that falls, whatever is collected in between", async () => {
    const { registry, set } = testRegistry();
    const counter = set.counter("c", {}, { resetOnCollect: true });
    const histogram = set.histogram("h", {}, { resetOnCollect: true, buckets: [1] });
    const seen: number[] = [];
    await registry.exposition();
    for (let round = 1; round <= 5; round++) {
      counter.inc(round);
      histogram.update(0.5);
      if (round % 2 === 0) await registry.collect();
      const text = await registry.exposition();
      seen.push(Number(/c_total (\d+)/.exec(text)?.[1]));
      expect(text).toContain(`h_count ${round}\n`);
    }
    expect(seen).toEqual([1, 3, 6, 10, 15]);
  });

  it("API-27 writes no label twice, or Prometheus would refuse the whole scrape", async () => {
    const { registry, set } = testRegistry();
    set.counter("c", { "a.b": "1", a_b: "2" }).inc();
    set.histogram("h", { le: "mine" }, { buckets: [1] }).update(0.5);
    const text = await registry.exposition();
    expect(text).toContain('c_total{a_b="1"} 1\n');
    expect(text).toContain('h_bucket{le="1"} 1\nh_bucket{le="+Inf"} 1\nh_sum{le="mine"}');
  });

  it("API-27 reads what sets read at collection only where no timer does it anyway", async () => {
    let reads = 0;
    class Reads extends MetricSet {
      override beforeCollect(): void {
        this.gauge("reads").set(++reads);
      }
    }
    const pull = testRegistry({ intervalMs: 0 });
    pull.registry.register(Reads);
    expect(await pull.registry.exposition()).toContain("reads 1\n");
    expect(await pull.registry.exposition()).toContain("reads 2\n");
    reads = 0;
    const push = testRegistry({ intervalMs: 60_000 });
    push.registry.register(Reads);
    push.registry.start();
    expect(await push.registry.exposition()).toContain("reads 1\n");
    await push.registry.collect();
    expect(await push.registry.exposition()).toContain("reads 2\n");
    expect(await push.registry.exposition()).toContain("reads 2\n");
    await push.registry.stop();
  });

  it("API-27 leaves out a set that fails, with an error in the log, and shows the others", async () => {
    const { registry, set, logger } = testRegistry();
    class Fails extends MetricSet {
      override beforeCollect(): void {
        throw new Error("gone");
      }
    }
    registry.register(Fails);
    set.gauge("ok").set(1);
    expect(await registry.exposition()).toContain("ok 1\n");
    expect(logger.of("error")[0]).toContain("gone");
  });
});
