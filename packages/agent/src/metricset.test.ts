import type { Metricset } from "@tidegauge/protocol";
import { describe, expect, it } from "vitest";
import { MetricSet } from "./metricset.js";
import { testRegistry } from "./registry.testing.js";
import { SpanBoundMetricSet } from "./span-bound-metricset.js";

const INF = Number.POSITIVE_INFINITY;

describe("collecting a set", () => {
  it("REG-41 REG-42 awaits beforeCollect, then takes one timestamp in whole microseconds for all payloads", async () => {
    const { registry, collect } = testRegistry();
    let readAt = 0;
    class Slow extends MetricSet {
      override async beforeCollect(): Promise<void> {
        await new Promise((resolve) => setTimeout(resolve, 30));
        readAt = Date.now();
        this.gauge("a").set(1);
        this.gauge("a", { x: 1 }).set(1);
      }
    }
    registry.register(Slow);
    const sent = await collect();
    expect(sent).toHaveLength(2);
    expect(sent[0]?.timestamp).toBe(sent[1]?.timestamp);
    expect(Number.isSafeInteger(sent[0]?.timestamp)).toBe(true);
    expect((sent[0]?.timestamp as number) / 1000).toBeGreaterThanOrEqual(readAt);
    expect((sent[0]?.timestamp as number) / 1000).toBeLessThanOrEqual(Date.now());
  });

  it("REG-43 REG-45 makes one payload a label set, in the order of their first samples: counters, gauges, timers, histograms", async () => {
    const { set, collect } = testRegistry();
    set.histogram("h", { l: "h" }).update(1);
    set.timer("t", { l: "t" }).update(1);
    set.gauge("g", { l: "g" }).set(1);
    set.gauge("g", { l: "t" }).set(1);
    set.counter("c", { l: "c2" }).inc();
    set.counter("c", { l: "c1" }).inc();
    set.counter("c", { l: "h" }).inc();
    const sent = await collect();
    expect(sent.map((payload) => payload.tags?.l)).toEqual(["c2", "c1", "h", "g", "t"]);
    expect(Object.keys(sent[2]?.samples ?? {}).sort()).toEqual(["c", "h"]);
    expect(Object.keys(sent[4]?.samples ?? {}).sort()).toEqual(["g", "t.count", "t.sum"]);
  });

  it("REG-43 leaves what is made during the walk for the next collection", async () => {
    const { registry, collect } = testRegistry();
    class Grows extends MetricSet {
      override beforeYield(payload: Metricset): Metricset {
        this.counter("late", { of: String(payload.tags?.n) }).inc();
        return payload;
      }
    }
    const grows = registry.register(Grows);
    grows.counter("c", { n: 1 }).inc();
    expect(await collect()).toHaveLength(1);
    expect(await collect()).toHaveLength(2);
  });

  it("REG-43 leaves what is made during the walk out of a label set that is still to come", async () => {
    const { registry, collect } = testRegistry();
    class Grows extends MetricSet {
      override beforeYield(payload: Metricset): Metricset {
        this.counter("late", { n: 2 }).inc();
        return payload;
      }
    }
    const grows = registry.register(Grows);
    grows.counter("c", { n: 1 }).inc();
    grows.counter("c", { n: 2 }).inc();
    expect((await collect()).map(({ samples }) => Object.keys(samples))).toEqual([["c"], ["c"]]);
    expect((await collect()).map(({ samples }) => Object.keys(samples).sort())).toEqual([["c"], ["c", "late"]]);
  });

  it("REG-44 REG-70 resets after beforeYield, and nothing of a payload whose beforeYield throws", async () => {
    const { registry, logger, collect } = testRegistry();
    class Picky extends MetricSet {
      fails = true;
      override beforeYield(payload: Metricset): Metricset {
        if (this.fails) throw new Error("not today");
        return payload;
      }
    }
    const set = registry.register(Picky);
    const counter = set.counter("c", {}, { resetOnCollect: true }).inc(3);
    const timer = set.timer("t", {}, { resetOnCollect: true }).update(4);
    expect(await collect()).toEqual([]);
    expect(logger.of("error")[0]).toContain("Picky");
    expect(logger.of("error")[0]).toContain("not today");
    expect([counter.val, timer.val]).toEqual([3, [4, 1]]);
    set.fails = false;
    expect((await collect())[0]?.samples.c).toEqual({ value: 3, temporality: "delta" });
    expect([counter.val, timer.val]).toEqual([0, [0, 0]]);
  });

  it("REG-44 keeps what beforeYield itself writes for the next collection, also when it then throws", async () => {
    const { registry, collect } = testRegistry();
    class Writes extends MetricSet {
      fails = false;
      override beforeYield(payload: Metricset): Metricset {
        this.counter("c", {}, { resetOnCollect: true }).inc(10);
        this.timer("t", {}, { resetOnCollect: true }).update(5);
        this.histogram("h", {}, { resetOnCollect: true, buckets: [1] }).update(0.5);
        if (this.fails) throw new Error("no");
        return payload;
      }
    }
    const set = registry.register(Writes);
    set.counter("c", {}, { resetOnCollect: true }).inc(1);
    set.timer("t", {}, { resetOnCollect: true }).update(1);
    set.gauge("g", {}, { resetOnCollect: true }).set(3);
    set.histogram("h", {}, { resetOnCollect: true, buckets: [1] }).update(2);
    const values = (samples: Metricset["samples"] | undefined): unknown => [
      samples?.c?.value,
      samples?.["t.sum"]?.value,
      samples?.g?.value,
      samples?.h?.counts,
    ];
    set.fails = true;
    expect(await collect()).toEqual([]);
    set.fails = false;
    expect(values((await collect())[0]?.samples)).toEqual([11, 6, 3, [1, 1]]);
    expect(values((await collect())[0]?.samples)).toEqual([10, 5, undefined, [1, 0]]);
  });

  it("REG-44 resets a resetting instrument also when it is not sent", async () => {
    const { set, collect } = testRegistry();
    const overflown = set.counter("c", {}, { resetOnCollect: true }).inc(Number.MAX_VALUE).inc(Number.MAX_VALUE);
    expect(overflown.val).toBe(INF);
    expect(await collect()).toEqual([]);
    expect(overflown.val).toBe(0);
  });

  it("REG-46 REG-47 leaves tags out without labels, has no prototype in tags and samples, and sends nothing for an empty set", async () => {
    const { set, collect } = testRegistry();
    expect(await collect()).toEqual([]);
    set.counter("a").inc();
    set.counter("__proto__", { l: 1 }).inc(7);
    const [bare] = [...set.payloads()];
    expect(bare).not.toHaveProperty("tags");
    expect(Object.getPrototypeOf(bare?.samples)).toBeNull();
    const sent = await collect();
    expect(JSON.stringify(sent[1]?.samples)).toBe('{"__proto__":{"value":7}}');
  });

  it("REG-45 sends what beforeYield makes of a payload, and nothing that no server takes", async () => {
    const { registry, collect } = testRegistry();
    class Edits extends MetricSet {
      override beforeYield(payload: Metricset): Metricset {
        payload.samples.added = { value: 1 };
        payload.samples.nan = { value: Number.NaN };
        payload.samples["star*"] = { value: 1 };
        payload.samples.half = { values: [1], counts: [] };
        return payload;
      }
    }
    registry.register(Edits).counter("c").inc();
    expect({ ...(await collect())[0]?.samples }).toEqual({ c: { value: 1 }, added: { value: 1 } });
  });

  it("REG-35 skips samples that are not finite and keeps the others of the metricset", async () => {
    const { set, collectSamples } = testRegistry();
    set.counter("big").inc(Number.MAX_VALUE).inc(Number.MAX_VALUE);
    set.timer("long").update(Number.MAX_VALUE).update(Number.MAX_VALUE);
    set.gauge("up").set(Number.MAX_VALUE).inc(Number.MAX_VALUE);
    set.counter("ok").inc();
    expect(await collectSamples()).toEqual({ ok: { value: 1 } });
  });

  it("REG-33e REG-48 the reset scenario: eight samples, then the four that do not reset", async () => {
    const { set, collectSamples } = testRegistry();
    const reset = { resetOnCollect: true };
    set.counter("counter").inc();
    set.counter("resetting_counter", {}, reset).inc();
    set.gauge("gauge").val = 5;
    set.gauge("resetting_gauge", {}, reset).val = 5;
    set.timer("timer", {}, { unit: "us" }).update(1, 1);
    set.timer("resetting_timer", {}, { ...reset, unit: "us" }).update(1, 1);
    const lasting = {
      counter: { value: 1 },
      gauge: { value: 5, type: "gauge" },
      "timer.count": { value: 1 },
      "timer.sum.us": { value: 1 },
    };
    expect(await collectSamples()).toEqual({
      ...lasting,
      resetting_counter: { value: 1, temporality: "delta" },
      resetting_gauge: { value: 5, type: "gauge" },
      "resetting_timer.count": { value: 1, temporality: "delta" },
      "resetting_timer.sum.us": { value: 1, temporality: "delta" },
    });
    expect(await collectSamples()).toEqual(lasting);
  });

  it("REG-45 the label scenario", async () => {
    const { set, collect } = testRegistry();
    set.counter("x", { l: "a" }).inc();
    set.counter("y", { l: "a" }).inc();
    set.counter("x", { l: "b" }).inc().inc();
    set.counter("x", { l: "b", m: "c" }).inc();
    set.counter("x", { l: "a" }).dec();
    expect((await collect()).map(({ samples, tags }) => ({ samples, tags }))).toEqual([
      { tags: { l: "a" }, samples: { x: { value: 0 }, y: { value: 1 } } },
      { tags: { l: "b" }, samples: { x: { value: 2 } } },
      { tags: { l: "b", m: "c" }, samples: { x: { value: 1 } } },
    ]);
  });

  it("gives the same through the fast way and through objects", async () => {
    const fast = testRegistry();
    const slow = testRegistry();
    class ByObject extends MetricSet {
      override beforeYield(payload: Metricset): Metricset {
        return payload;
      }
    }
    const sets = [fast.set, slow.registry.register(ByObject)];
    for (const set of sets) {
      for (const [index, resetOnCollect] of [true, false].entries()) {
        set.counter(`c${index}`, { 'l"': "é\n\\", u: "\ud800" }, { resetOnCollect }).inc(0.1 + 0.2);
        set.gauge(`g${index}`, {}, { resetOnCollect }).set(-1e21);
        set.timer(`t${index}`, { a: 1 }, { resetOnCollect, unit: "ms" }).update(1e-7);
        set.histogram(`h${index}`, { a: 1 }, { resetOnCollect }).update(0.3, 2);
      }
    }
    const strip = (sent: Metricset[]): unknown =>
      sent.map(({ samples, tags }) => ({ samples: { ...samples }, tags: { ...tags } }));
    expect(strip(await fast.collect())).toEqual(strip(await slow.collect()));
    expect(strip(await fast.collect())).toEqual(strip(await slow.collect()));
  });
});

describe("families", () => {
  it("API-24 give the series that free labels give, by values or by names", () => {
    const { set } = testRegistry();
    const requests = set.counters("requests", ["method", "status"]);
    const series = requests.with("GET", 200).inc();
    expect(requests.with("GET", "200")).toBe(series);
    expect(requests.with({ status: 200, method: "GET" })).toBe(series);
    expect(set.counter("requests", { status: "200", method: "GET" })).toBe(series);
    expect(requests.with("GET", "404")).not.toBe(series);
    expect(series.inc().val).toBe(2);
  });

  it.each([1, 2, 3, 4, 5])("work with %i label names, whatever order the names were first seen in", (count) => {
    const { set } = testRegistry();
    const names = Array.from({ length: count }, (_, index) => `l${index}`) as [string, ...string[]];
    const values = names.map((name) => `v-${name}`);
    const free = set.gauge("g", Object.fromEntries(names.map((name, index) => [name, values[index]]).reverse()));
    const family = set.gauges("g", names) as unknown as { with(...given: string[]): unknown };
    expect(family.with(...values)).toBe(free);
    expect(family.with(...values)).toBe(free);
    expect(family.with(...values.with(0, "other"))).not.toBe(free);
    expect(family.with(...values.with(-1, "other"))).not.toBe(free);
  });

  it("exist for every kind with its options", async () => {
    const { set, collectSamples } = testRegistry();
    set.timers("t", ["a"], { unit: "us", resetOnCollect: true }).with("x").update(2);
    set
      .histograms("h", ["a"], { buckets: [1] })
      .with("x")
      .update(2);
    set.gauges("g", ["a"]).with("x").set(2);
    expect(await collectSamples({ a: "x" })).toEqual({
      "t.sum.us": { value: 2, temporality: "delta" },
      "t.count": { value: 1, temporality: "delta" },
      h: { counts: [0, 1], values: [0.5, 1], type: "histogram" },
      g: { value: 2, type: "gauge" },
    });
  });

  it("API-24 API-25 remove() ends a series at once; a held handle's next write starts from 0", async () => {
    const { set, collect } = testRegistry();
    const requests = set.counters("requests", ["method"]);
    const held = requests.with("GET").inc(5);
    requests.with("PUT").inc();
    requests.remove("GET");
    requests.remove("GET");
    requests.remove({ method: "never there" });
    expect((await collect()).map((payload) => payload.tags?.method)).toEqual(["PUT"]);
    held.inc(2);
    expect(requests.with("GET")).toBe(held);
    expect((await collect()).map((payload) => payload.samples.requests?.value)).toEqual([1, 2]);
    for (let round = 0; round < 1000; round++) {
      requests.with(`m${round}`).inc();
      requests.remove(`m${round}`);
    }
    expect(set.table.size).toBe(2);
    expect(set.table.series[0]?.length).toBeLessThan(200);
  });

  it("API-17 leave a label out that the types would have asked for, and never throw", () => {
    const { set } = testRegistry();
    const family = set.counters("c", ["a", "b"]) as unknown as { with(...values: unknown[]): unknown };
    expect(family.with("x")).toBe(set.counter("c", { a: "x" }));
    expect(family.with(null)).toBe(set.counter("c"));
    expect(family.with("x", "y")).toBe(set.counter("c", { a: "x", b: "y" }));
    expect(family.with("x")).toBe(set.counter("c", { a: "x" }));
  });
});

describe("observe", () => {
  it("API-23 API-25 reads a gauge at each collection until it is stopped", async () => {
    const { set, collect } = testRegistry();
    let free = 3;
    const stop = set.observe("free_slots", () => free, { pool: "a" });
    expect((await collect())[0]).toMatchObject({
      tags: { pool: "a" },
      samples: { free_slots: { value: 3, type: "gauge" } },
    });
    free = 2;
    expect((await collect())[0]?.samples.free_slots?.value).toBe(2);
    stop();
    stop();
    expect(await collect()).toEqual([]);
    expect(set.table.size).toBe(0);
  });

  it("leaves the gauge out while its reader fails, and logs that once", async () => {
    const { set, collect, logger } = testRegistry();
    let works = false;
    set.observe("g", () => {
      if (!works) throw new Error("gone");
      return 1;
    });
    set.observe("nan", () => Number.NaN);
    expect([...(await collect()), ...(await collect())]).toEqual([]);
    expect(logger.of("warn")).toHaveLength(2);
    works = true;
    expect(Object.keys((await collect())[0]?.samples ?? {})).toEqual(["g"]);
  });

  it("says where to wait for a promise, and hears its rejection, which would end the process", async () => {
    const { set, collect, logger } = testRegistry();
    const unheard: unknown[] = [];
    const hear = (reason: unknown): unknown => unheard.push(reason);
    process.on("unhandledRejection", hear);
    set.observe("rejects", (() => Promise.reject(new Error("away"))) as never);
    set.observe("resolves", (async () => 1) as never);
    expect(await collect()).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", hear);
    expect(unheard).toEqual([]);
    expect(logger.of("warn")).toEqual([
      expect.stringContaining("wait for such values in beforeCollect()"),
      expect.stringContaining("wait for such values in beforeCollect()"),
    ]);
  });
});

describe("span-bound sets", () => {
  const yieldOf = (labels: Record<string, string>): Metricset => {
    const { registry } = testRegistry();
    const set = registry.register(SpanBoundMetricSet);
    set.timer("span.self_time", labels, { unit: "us" }).update(5_000_000);
    return [...set.payloads()][0] as Metricset;
  };

  it("REG-100 REG-101 REG-103 move the reserved labels into objects, with an empty subtype where there is none", () => {
    expect(yieldOf({ "transaction.name": "test", "transaction.type": "request", "span.type": "app" })).toMatchObject({
      transaction: { name: "test", type: "request" },
      span: { type: "app", subtype: "" },
      samples: { "span.self_time.sum.us": { value: 5_000_000 }, "span.self_time.count": { value: 1 } },
    });
    expect(yieldOf({ "span.subtype": "mysql" }).span).toEqual({ type: null, subtype: "mysql" });
    expect(yieldOf({ "transaction.type": "job" }).transaction).toEqual({ name: null, type: "job" });
    const none = yieldOf({ "span.type": "", "transaction.name": "", other: "x" });
    expect(none.span).toBeUndefined();
    expect(none.transaction).toBeUndefined();
    expect(none.tags).toEqual({ other: "x" });
  });

  it("REG-102 keep other labels, and leave empty tags out", () => {
    expect(yieldOf({ "span.type": "db", region: "eu" }).tags).toEqual({ region: "eu" });
    expect(yieldOf({ "span.type": "db" })).not.toHaveProperty("tags");
    expect(yieldOf({})).not.toHaveProperty("span");
  });

  it("REG-104 cut names and types to 1024 characters", () => {
    const payload = yieldOf({ "transaction.name": "n".repeat(2000), "span.type": "t".repeat(1025) });
    expect(payload.transaction?.name).toBe(`${"n".repeat(1023)}…`);
    expect(payload.span?.type).toBe(`${"t".repeat(1023)}…`);
  });
});
