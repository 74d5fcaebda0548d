import { describe, expect, it } from "vitest";
import { WildcardMatcher } from "../config/index.js";
import { MetricSet } from "../metricset.js";
import { testRegistry } from "../registry.testing.js";
import { NOOP } from "./noop.js";
import { Walk } from "./walk.js";

const patterns = (...texts: string[]): WildcardMatcher[] => texts.map((text) => new WildcardMatcher(text));

describe("lookup", () => {
  it("REG-22 API-20 gives the same instrument for the same kind, name and labels", () => {
    const { set } = testRegistry();
    expect(set.counter("x")).toBe(set.counter("x"));
    expect(set.counter("x", {})).toBe(set.counter("x"));
    expect(set.counter("x", { a: 1 })).toBe(set.counter("x", { a: 1 }));
    expect(set.counter("x", { a: 1 })).not.toBe(set.counter("x"));
    expect(set.counter("x", { a: 1 })).not.toBe(set.counter("y", { a: 1 }));
    expect(set.table.size).toBe(3);
  });

  it("REG-22 finds each of many names under one label set", () => {
    const { set } = testRegistry();
    const made = Array.from({ length: 50 }, (_, index) => set.counter(`c${index}`, { app: "x" }));
    for (const [index, counter] of made.entries()) expect(set.counter(`c${index}`, { app: "x" })).toBe(counter);
    expect(set.table.size).toBe(50);
  });

  it("REG-23 lets the first call decide on options", async () => {
    const { set, collectSamples } = testRegistry();
    set.timer("t", {}, { unit: "us" }).update(1);
    set.timer("t", {}, { unit: "ms", resetOnCollect: true }).update(1);
    expect(set.histogram("h", {}, { buckets: [1] })).toBe(set.histogram("h", {}, { buckets: [2] }));
    expect(set.histogram("h").buckets[0]).toBe(1);
    expect(await collectSamples()).toMatchObject({ "t.sum.us": { value: 2 }, "t.count": { value: 2 } });
    // Another label set is another series, with options of its own.
    set.timer("t", { a: 1 }, { unit: "ms" }).update(3);
    expect(await collectSamples({ a: "1" })).toEqual({ "t.sum.ms": { value: 3 }, "t.count": { value: 1 } });
  });

  it("REG-29 keeps the kinds apart, and the later kind wins a sample name", async () => {
    const { set, collectSamples } = testRegistry();
    set.gauge("x").set(5);
    set.counter("x").inc(2);
    set.timer("t").update(3);
    set.counter("t.count").inc(99);
    expect(set.counter("x").val).toBe(2);
    expect(await collectSamples()).toEqual({
      x: { value: 5, type: "gauge" },
      "t.sum": { value: 3 },
      "t.count": { value: 1 },
    });
  });

  it("API-26 drops only a name with * or a quote, counted and logged once", async () => {
    const { set, logger, collectSamples } = testRegistry();
    set.counter("good").inc();
    expect(set.counter("a*")).toBe(NOOP);
    set.counter("a*").inc();
    set.gauge('b"').set(1);
    expect(await collectSamples()).toEqual({ good: { value: 1 } });
    expect(logger.of("warn")).toHaveLength(2);
    expect(set.table.badWrites).toBe(3);
  });
});

describe("recording never throws", () => {
  const throwing = (key: string): Record<string, string> =>
    Object.defineProperty({ a: "1" }, key, {
      enumerable: true,
      get() {
        throw new Error("not now");
      },
    });
  const unlisted = new Proxy(
    {},
    {
      ownKeys() {
        throw new Error("no keys");
      },
    },
  );

  it("REG-20a leaves out a label whose getter throws, at the first call for a name and later", async () => {
    const { set, logger, collectSamples } = testRegistry();
    const first = set.counter("c", throwing("b")).inc();
    expect(set.counter("c", throwing("b"))).toBe(first);
    expect(set.counter("c", { a: 1 })).toBe(first);
    expect(set.counter("c", throwing("0")).inc()).toBe(first);
    expect(await collectSamples({ a: "1" })).toEqual({ c: { value: 2 } });
    expect(set.table.size).toBe(1);
    expect(set.table.badWrites).toBe(3);
    expect(logger.of("warn")).toEqual([
      "metric c in MetricSet: a label or an option that cannot be read (Error: not now) is left out; further ones are only counted",
    ]);
  });

  it("REG-20a takes an object that does not list its keys as one without labels", () => {
    const { set } = testRegistry();
    expect(set.gauge("g", unlisted).set(1)).toBe(set.gauge("g"));
    expect(set.gauge("g", unlisted)).toBe(set.gauge("g"));
    expect(set.timer("t", {}, unlisted).update(1)).toBe(set.timer("t"));
  });

  it("REG-20a does the same by label names", () => {
    const { set, logger } = testRegistry();
    const family = set.counters("c", ["a", "b"]);
    const labels = throwing("b") as { a: string; b: string };
    expect(family.with(labels).inc()).toBe(set.counter("c", { a: "1" }));
    expect(() => family.remove(labels)).not.toThrow();
    expect(set.table.size).toBe(0);
    expect(logger.of("warn")).toEqual([
      expect.stringContaining("c in MetricSet: a label that cannot be read (b) is left"),
    ]);
    for (const names of [null, [Symbol("s")]] as unknown as [string][]) {
      set.gauges("g", names).with("x").set(1);
      expect(set.gauge("g").val).toBe(1);
    }
  });

  it("REG-20a takes options that throw or are of no use as not given", () => {
    const { set, logger } = testRegistry();
    expect(set.histogram("h1", {}, throwing("buckets")).update(1).buckets).toHaveLength(15);
    const list = new Proxy([1], {
      get(target, key) {
        if (key === "0" || key === Symbol.iterator) throw new Error("not now");
        return Reflect.get(target, key);
      },
    });
    expect(set.histogram("h2", {}, { buckets: list }).update(1).buckets).toHaveLength(15);
    const odd = { unit: Symbol("us"), description: Symbol("d") } as unknown as { unit: string };
    expect(set.timer("t", {}, odd).update(1).metric).toMatchObject({ unit: "", description: "" });
    expect(logger.of("warn")).toHaveLength(2);
  });

  it("REG-20a does not throw where the overflow labels of a subclass do", () => {
    const { registry } = testRegistry({ seriesLimit: 1 });
    class Own extends MetricSet {
      protected override overflowLabels(): never {
        throw new Error("not now");
      }
    }
    const set = registry.register(Own);
    const held = set.counter("c", { a: 1 }).inc();
    expect(set.counter("c", { a: 2 })).toBe(NOOP);
    set.counters("c", ["a"]).remove(1);
    set.counter("c", { a: 3 }).inc();
    expect(() => held.inc()).not.toThrow();
  });

  it.each([5, undefined, null, {}, Symbol("s"), Object.create(null)])(
    "REG-20a names the reason for a name that is no string: %o",
    (name) => {
      const { set, logger } = testRegistry();
      expect(set.counter(name as string)).toBe(NOOP);
      expect(set.gauge(name as string, { a: 1 }).set(1)).toBe(NOOP);
      expect(set.table.badWrites).toBe(2);
      expect(logger.of("warn")).toEqual([
        `metric of type ${typeof name} in MetricSet: a name that is not a string is left out; further ones are only counted`,
      ]);
    },
  );
});

describe("disable_metrics", () => {
  it("REG-30 REG-31 REG-21 gives the no-op for a name that matches, case or not", async () => {
    const { set, collectSamples } = testRegistry({ disableMetrics: patterns("a.*", "*c", "UPPER", "(?-i)Exact") });
    for (const name of ["a", "b", "c", "a.b.c.d", "upper", "exact", "Exact"]) set.gauge(name).set(1);
    expect(Object.keys(await collectSamples()).sort()).toEqual(["a", "b", "exact"]);
    expect(set.gauge("c")).toBe(NOOP);
    expect(set.timer("c.d.c")).toBe(NOOP);
  });

  it("REG-30 tests a timer by its own name, without sum and count", async () => {
    const { set, collect } = testRegistry({ disableMetrics: patterns("t.sum") });
    set.timer("t").update(1);
    expect(await collect()).toHaveLength(1);
  });

  it("REG-21 the no-op takes everything, reads null and is never sent", async () => {
    const { set, collect } = testRegistry({ disableMetrics: patterns("*") });
    expect(set.counter("c").inc().dec(2).reset()).toBe(NOOP);
    expect(set.gauge("g").set(3)).toBe(NOOP);
    expect(set.histogram("h").update(3)).toBe(NOOP);
    expect(set.timer("t").time(() => 3)).toBe(3);
    expect(set.timer("t").start()()).toBeGreaterThanOrEqual(0);
    set.gauge("g").val = 3;
    expect(set.gauge("g").val).toBeNull();
    expect(set.counter("x")).toBe(set.gauge("y"));
    expect(await collect()).toEqual([]);
    expect(set.table.size).toBe(0);
  });

  it("REG-21 API-22 the no-op of a timer measures in the unit that was asked for", () => {
    const { set } = testRegistry({ disableMetrics: patterns("off"), seriesLimit: 1 });
    set.counter("full");
    class Refusing extends MetricSet {
      protected override overflowLabels(): never {
        throw new Error("not now");
      }
    }
    const refusing = testRegistry({ seriesLimit: 1 }).registry.register(Refusing);
    refusing.timer("t");
    const unreadable = Object.defineProperty({ unit: "ms" }, "description", {
      enumerable: true,
      get() {
        throw new Error("not now");
      },
    });
    for (const [unit, perSecond] of [
      ["us", 1e6],
      ["ms", 1e3],
      ["s", 1],
      [undefined, 1],
      ["ns", 1],
    ] as const) {
      const options = unit === undefined ? {} : { unit };
      const refused = [
        set.timer("off", {}, options),
        set.timer("new", { id: 1 }, options),
        set.timers("new", ["id"], options).with(2),
        refusing.timer("t", { id: 1 }, unit === "ms" ? unreadable : options),
      ];
      for (const timer of refused) {
        const stop = timer.start();
        const before = performance.now();
        while (performance.now() - before < 2);
        const duration = stop();
        expect(duration).toBeGreaterThanOrEqual(0.0019 * perSecond);
        expect(duration).toBeLessThan(20 * perSecond);
        expect(timer.update(1).val).toBeNull();
        expect(timer).toBe(refused[0]);
      }
    }
    expect(set.timer("off", {}, { unit: "s" })).toBe(NOOP);
  });

  it("REG-39 a held timer that lost its place and finds none writes nothing, in any unit", () => {
    const { set } = testRegistry({ seriesLimit: 1 });
    for (const unit of ["us", "ms", "s"]) {
      const held = set.timers("held", ["unit"], { unit }).with(unit).update(1);
      set.timers("held", ["unit"]).remove(unit);
      set.counter("full");
      expect(held.update(5).val).toEqual([0, 0]);
      expect(set.timer("other", {}, { unit }).val).toBeNull();
      expect(Object.keys(set.timer("other", {}, { unit }))).not.toContain("sum");
      set.table.remove(set.counter("full"));
    }
  });

  it("REG-32 REG-86 tests what exists again when the patterns change; a no-op handed out stays one", async () => {
    const { registry, set, collectSamples } = testRegistry({ disableMetrics: patterns("late") });
    const noop = set.counter("late");
    const counter = set.counter("c").inc();
    registry.setDisableMetrics(patterns("c"));
    counter.inc();
    noop.inc();
    expect(await collectSamples()).toEqual({});
    registry.setDisableMetrics([]);
    counter.inc();
    noop.inc();
    expect(await collectSamples()).toEqual({ c: { value: 2 } });
    set.counter("late").inc();
    expect(await collectSamples()).toEqual({ c: { value: 2 }, late: { value: 1 } });
  });

  it("REG-32 an overflow series of a metric that is disabled is neither written nor sent until it is enabled again", async () => {
    const { registry, set, collect } = testRegistry({ seriesLimit: 1 });
    set.counter("x", { id: 1 }).inc();
    const overflow = set.counter("x", { id: 2 }).inc();
    registry.setDisableMetrics(patterns("x"));
    overflow.inc(10);
    expect(await collect()).toEqual([]);
    registry.setDisableMetrics([]);
    overflow.inc(2);
    expect((await collect()).map(({ tags, samples }) => [tags, samples.x?.value])).toEqual([
      [{ id: "1" }, 1],
      [{ overflow: "true" }, 3],
    ]);
  });

  it("REG-40 D-REG-4 does not count disabled names towards the limit, nor keep anything of them", () => {
    const { set } = testRegistry({ seriesLimit: 2, disableMetrics: patterns("no*") });
    for (let index = 0; index < 100; index++) set.counter(`no${index}`, { id: index });
    expect(set.table.size).toBe(0);
    expect(set.table.names[0]?.size).toBe(0);
    expect(set.counter("yes", { a: 1 })).not.toBe(NOOP);
  });
});

describe("limit", () => {
  it("REG-36 counts the series of all kinds of one set together; exactly the limit fits, and existing ones go on", () => {
    const { set, registry } = testRegistry({ seriesLimit: 8 });
    for (let index = 0; index < 2; index++) {
      set.counter("c", { index });
      set.gauge("g", { index });
      set.timer("t", { index });
      set.histogram("h", { index });
    }
    expect(set.table.size).toBe(8);
    expect(set.gauge("g", { index: 2 })).toBe(NOOP);
    expect(set.counter("c", { index: 1 }).inc().val).toBe(1);
    class Other extends MetricSet {}
    expect(registry.register(Other).gauge("g")).not.toBe(NOOP);
    expect(testRegistry().registry.seriesLimit).toBe(1000);
  });

  it("REG-37 D-REG-12 adds refused counters, timers and histograms up under overflow, exactly; gauges and new names get the no-op", async () => {
    const { set, collect } = testRegistry({ seriesLimit: 3 });
    set.counter("c", { id: "first" }).inc();
    set.timer("t", { id: "first" }).update(1);
    set.histogram("h", { id: "first" }, { buckets: [1] }).update(0.5);
    for (let id = 0; id < 50; id++) {
      set.counter("c", { id }).inc(2);
      set.timer("t", { id }).update(3);
      set.histogram("h", { id }, { buckets: [1] }).update(5);
      expect(set.gauge("g", { id })).toBe(NOOP);
      expect(set.counter("new name", { id })).toBe(NOOP);
    }
    const sent = await collect();
    expect(sent).toHaveLength(2);
    expect(sent[1]?.tags).toEqual({ overflow: "true" });
    expect(sent[1]?.samples).toEqual({
      c: { value: 100 },
      "t.sum": { value: 150 },
      "t.count": { value: 50 },
      h: { counts: [0, 50], values: [0.5, 1], type: "histogram" },
    });
    expect(set.table.size).toBe(3);
    // 150 writes went to overflow series, 100 requests were refused.
    expect(set.table.overflowed).toBe(250);
  });

  it("REG-37 a gauge of a known name past the limit is refused too", () => {
    const { set } = testRegistry({ seriesLimit: 1 });
    set.gauge("g", { id: 1 });
    expect(set.gauge("g", { id: 2 })).toBe(NOOP);
  });

  it("REG-38 warns once a set, naming the limit, the metric and the label with the most values", () => {
    const { set, logger } = testRegistry({ seriesLimit: 20 });
    set.counter("calm", { region: "eu" });
    for (let id = 0; id < 40; id++) set.counter("wild", { user: id, region: id % 3 });
    const warnings = logger.of("warn");
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/limit of 20 series has been reached.*"wild".*"user"/);
    expect(warnings[0]).not.toContain("\n");
  });

  it("REG-40 REG-37 keeps nothing for refused label sets: the index does not grow and totals stay exact", async () => {
    const { set, collect } = testRegistry({ seriesLimit: 10 });
    for (let id = 0; id < 10; id++) set.counter("c", { id });
    const find = set.table.index;
    const before = JSON.stringify(set.table.series.map((list) => list.length));
    for (let id = 0; id < 100_000; id++) set.counter("c", { id, [`key${id % 1000}`]: "x" }).inc();
    expect(JSON.stringify(set.table.series.map((list) => list.length))).toBe(before.replace("10", "11"));
    expect(find.find({ id: 77, key77: "x" })).toBeUndefined();
    const overflow = (await collect()).find((payload) => payload.tags?.overflow === "true");
    expect(overflow?.samples.c?.value).toBe(100_000);
  });
});

describe("expiry", () => {
  it("REG-39 gives the slot of a resetting series back after so many collections without a write, by hand too; others stay", async () => {
    const { set, registry } = testRegistry({ seriesExpiry: 3 });
    set.counter("r", { a: 1 }, { resetOnCollect: true }).inc();
    set.counter("c", { a: 1 });
    await registry.collect();
    await registry.collect();
    await registry.collect();
    expect(set.table.size).toBe(2);
    await registry.collect();
    expect(set.table.size).toBe(1);
    expect(set.table.names[0]?.has("r")).toBe(false);
  });

  it("REG-39 beside a series of the same labels that is always sent, too", async () => {
    const { set, registry } = testRegistry({ seriesExpiry: 2 });
    set.counter("always").inc();
    set.counter("r", {}, { resetOnCollect: true }).inc();
    for (let round = 0; round < 3; round++) await registry.collect();
    expect(set.table.size).toBe(1);
    expect(set.counter("always").val).toBe(1);
  });

  it("REG-39 a held handle of an expired series registers again with its next write", async () => {
    const { set, registry, collect } = testRegistry({ seriesExpiry: 1 });
    const held = set.counter("r", { a: 1 }, { resetOnCollect: true });
    await registry.collect();
    expect(set.table.size).toBe(0);
    held.inc(4).inc();
    expect(set.table.size).toBe(1);
    expect(set.counter("r", { a: 1 })).toBe(held);
    expect((await collect())[0]?.samples).toEqual({ r: { value: 5, temporality: "delta" } });
  });

  it("REG-39 two handles of one key, one of them expired, write to one series", async () => {
    const { set, registry, collect } = testRegistry({ seriesExpiry: 1 });
    const old = set.timer("r", { a: 1 }, { resetOnCollect: true });
    await registry.collect();
    const fresh = set.timer("r", { a: 1 }, { resetOnCollect: true });
    expect(fresh).not.toBe(old);
    old.update(3);
    fresh.update(4);
    const sent = await collect();
    expect(sent).toHaveLength(1);
    expect(sent[0]?.samples["r.sum"]?.value).toBe(7);
  });

  it("REG-39 an expired handle past the limit writes to the overflow series", async () => {
    const { set, registry, collect } = testRegistry({ seriesExpiry: 1, seriesLimit: 1 });
    const held = set.counter("r", { a: 1 }, { resetOnCollect: true });
    await registry.collect();
    set.counter("r", { a: 2 }, { resetOnCollect: true }).inc();
    held.inc(5);
    expect((await collect()).map((payload) => [payload.tags, payload.samples.r?.value])).toEqual([
      [{ a: "2" }, 1],
      [{ overflow: "true" }, 5],
    ]);
  });

  it("REG-39 a series that comes back keeps its old place: many at once are no more than so many steps", async () => {
    const { set, registry, collect } = testRegistry({ seriesLimit: 500 });
    const held = Array.from({ length: 400 }, (_, id) => set.counter("r", { id }, { resetOnCollect: true }));
    const [list] = set.table.series;
    for (const counter of held.slice(0, 40)) set.table.remove(counter);
    for (const counter of held.slice(0, 40)) counter.inc();
    // No place was looked for and none was doubled.
    expect(list).toEqual(held);
    expect((await collect()).map((payload) => payload.tags?.id)).toEqual(held.slice(0, 40).map((_, id) => String(id)));
    for (let round = 0; round < 12; round++) await registry.collect();
    expect(list).toHaveLength(0);
    for (const counter of held) counter.inc();
    expect(await collect()).toHaveLength(400);
    expect(list).toHaveLength(400);
  });

  it("REG-43 a series that comes back during a walk waits for the next one", () => {
    const { set } = testRegistry();
    set.counter("a", { id: 1 }).inc();
    const held = set.counter("a", { id: 2 }).inc();
    const walk = new Walk(set.table, set.totals, 10, 1_000_000);
    expect(walk.next()?.values()).toEqual(["1"]);
    set.table.remove(held);
    held.inc();
    expect(walk.next()).toBeUndefined();
    walk.end();
    const next = new Walk(set.table, set.totals, 10, 2_000_000);
    expect([next.next()?.values(), next.next()?.values(), next.next()]).toEqual([["1"], ["2"], undefined]);
    next.end();
  });

  it("REG-39 0 means never", async () => {
    const { set, registry } = testRegistry({ seriesExpiry: 0 });
    set.counter("r", {}, { resetOnCollect: true });
    for (let round = 0; round < 30; round++) await registry.collect();
    expect(set.table.size).toBe(1);
  });

  it("REG-39 makes room under the limit for label sets that come and go", async () => {
    const { set, registry } = testRegistry({ seriesExpiry: 2, seriesLimit: 10 });
    for (let round = 0; round < 40; round++) {
      for (let id = 0; id < 4; id++) set.counter("r", { id: `${round}.${id}` }, { resetOnCollect: true }).inc();
      await registry.collect();
    }
    expect(set.table.overflowed).toBeGreaterThan(0);
    for (let round = 0; round < 4; round++) await registry.collect();
    // Nothing but the overflow series is left, and the index has forgotten the rest.
    expect(set.table.size).toBe(0);
    expect(set.table.index.find({ id: "3.1" })).toBeUndefined();
    expect(set.counter("r", { id: "fresh" }, { resetOnCollect: true }).inc().state).toBeGreaterThanOrEqual(0);
  });
});
