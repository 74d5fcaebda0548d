import { expectTypeOf, test } from "vitest";
import type { Counter } from "./instruments/counter.js";
import type { Histogram } from "./instruments/histogram.js";
import type { Timer } from "./instruments/timer.js";
import { MetricSet } from "./metricset.js";
import type { MetricsRegistry } from "./registry.js";

declare const set: MetricSet;
declare const registry: MetricsRegistry;

test("API-24 a family's label names are typed from its argument: a wrong or missing label is a compile error", () => {
  const requests = set.counters("requests", ["method", "status"]);
  expectTypeOf(requests.with("GET", "200")).toEqualTypeOf<Counter>();
  expectTypeOf(requests.with({ method: "GET", status: 200 })).toEqualTypeOf<Counter>();
  requests.remove("GET", true);
  requests.remove({ method: "GET", status: 5n });
  // @ts-expect-error a missing value
  requests.with("GET");
  // @ts-expect-error one too many
  requests.with("GET", "200", "x");
  // @ts-expect-error a missing label
  requests.with({ method: "GET" });
  // @ts-expect-error a label that is not of the family
  requests.with({ method: "GET", status: 200, route: "/" });
  // @ts-expect-error null is for free labels
  requests.with("GET", null);
  // @ts-expect-error undefined is for free labels
  requests.with({ method: "GET", status: undefined });
  // @ts-expect-error a family has at least one label
  set.counters("requests", []);
});

test("families of the other kinds give their instruments", () => {
  expectTypeOf(set.timers("t", ["a"]).with("x")).toEqualTypeOf<Timer>();
  expectTypeOf(set.histograms("h", ["a"]).with(1)).toEqualTypeOf<Histogram>();
});

test("REG-21 whoever reads an instrument has to think of the no-op, which reads null", () => {
  expectTypeOf(set.counter("c").val).toEqualTypeOf<number | null>();
  expectTypeOf(set.gauge("g").val).toEqualTypeOf<number | null>();
  expectTypeOf(set.timer("t").val).toEqualTypeOf<[sum: number, count: number] | null>();
  expectTypeOf(set.histogram("h").val).toEqualTypeOf<number[] | null>();
  // @ts-expect-error null cannot be taken apart
  const [_sum] = set.timer("t").val;
  set.counter("c").val = 5;
  set.timer("t").val = [5, 1];
  set.histogram("h").val = [1, 0];
});

test("API-21 free labels take null and undefined, and nothing that is no label value", () => {
  set.counter("c", { a: "x", b: 1, c: true, d: 5n, e: null, f: undefined });
  // @ts-expect-error an object is no label value
  set.counter("c", { a: {} });
  // @ts-expect-error a gauge is not read from text
  set.gauge("g").val = "5";
  expectTypeOf(set.gauge("g").val).toEqualTypeOf<number | null>();
});

test("REG-60 register gives the class that was registered", () => {
  class Own extends MetricSet {
    readonly own = 5;
  }
  expectTypeOf(registry.register(Own)).toEqualTypeOf<Own>();
  expectTypeOf(registry.getMetricSet(Own)).toEqualTypeOf<Own>();
  expectTypeOf(registry.register("./x.js#Own")).toEqualTypeOf<Promise<MetricSet | undefined>>();
});
