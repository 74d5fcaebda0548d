import { describe, expect, it } from "vitest";
import { testRegistry } from "../registry.testing.js";

describe("gauge", () => {
  it("REG-6 REG-35 is none at first and then not sent at all, since a null value fails the whole metricset", async () => {
    const { set, collect } = testRegistry();
    expect(set.gauge("g").val).toBeNull();
    expect(await collect()).toEqual([]);
  });

  it("REG-7 takes the last value by val or set, and counts up and down from none as from 0", () => {
    const { set } = testRegistry();
    const gauge = set.gauge("g");
    gauge.val = 4;
    gauge.val = 1.5;
    expect(gauge.val).toBe(1.5);
    expect(gauge.set(9)).toBe(gauge);
    expect(gauge.val).toBe(9);
    expect(set.gauge("in_flight").inc().inc(3).dec().dec(2).val).toBe(1);
  });

  it("REG-8 is 0 after a reset, not none", () => {
    const { set } = testRegistry();
    expect(set.gauge("g").set(4).reset().val).toBe(0);
  });

  it("REG-9 REG-33b is sent with its type, ignores a unit, and as a resetting one only when it is neither 0 nor none", async () => {
    const { set, collectSamples } = testRegistry();
    set.gauge("g", {}, { unit: "ms" }).set(0);
    const resetting = set.gauge("r", {}, { resetOnCollect: true }).set(3);
    expect(await collectSamples()).toEqual({ g: { value: 0, type: "gauge" }, r: { value: 3, type: "gauge" } });
    expect(resetting.val).toBe(0);
    expect(await collectSamples()).toEqual({ g: { value: 0, type: "gauge" } });
  });

  it("REG-20a keeps its level when it is given what is not a finite number", () => {
    const { set } = testRegistry();
    const gauge = set.gauge("g").set(2);
    for (const bad of [Number.NaN, Number.NEGATIVE_INFINITY, "1", undefined, Symbol("x")]) {
      gauge.set(bad as number);
      gauge.val = bad as number;
    }
    gauge.inc(Number.NaN).dec(Symbol("x") as unknown as number);
    expect(gauge.val).toBe(2);
    expect(set.table.badWrites).toBe(12);
  });
});
