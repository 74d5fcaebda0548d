import { describe, expect, it } from "vitest";
import { testRegistry } from "../registry.testing.js";
import { Counter } from "./counter.js";

describe("counter", () => {
  it("REG-1 starts at 0, or at what its constructor is given", () => {
    expect(testRegistry().set.counter("c").val).toBe(0);
    expect(Counter.startingAt(7).val).toBe(7);
  });

  it("REG-2 adds and subtracts by 1 or by any number, chains, and may go below zero", () => {
    const counter = testRegistry().set.counter("c");
    expect(counter.inc().inc(5).dec().dec(10)).toBe(counter);
    expect(counter.val).toBe(-5);
    expect(counter.inc(0.5).val).toBe(-4.5);
  });

  it("REG-3 goes back to its initial value on reset and returns itself", () => {
    const counter = Counter.startingAt(3).inc(4);
    expect(counter.reset()).toBe(counter);
    expect(counter.val).toBe(3);
  });

  it("REG-4 has a value that can be assigned", async () => {
    const { set, collectSamples } = testRegistry();
    set.counter("c").inc(4).val = 42;
    expect(set.counter("c").val).toBe(42);
    expect(await collectSamples()).toEqual({ c: { value: 42 } });
  });

  it("REG-5 REG-33a ignores a unit and sends no type", async () => {
    const { set, collectSamples } = testRegistry();
    set.counter("c", {}, { unit: "us" }).inc(2);
    expect(await collectSamples()).toEqual({ c: { value: 2 } });
  });

  it("REG-33a REG-48 sends a running total each time, 0 and unchanged ones too, and a resetting one only with a value", async () => {
    const { set, collectSamples } = testRegistry();
    const resetting = set.counter("r", {}, { resetOnCollect: true });
    set.counter("c");
    expect(await collectSamples()).toEqual({ c: { value: 0 } });
    resetting.inc(2);
    expect(await collectSamples()).toEqual({ c: { value: 0 }, r: { value: 2, temporality: "delta" } });
    expect(await collectSamples()).toEqual({ c: { value: 0 } });
    expect(resetting.val).toBe(0);
  });

  it("REG-20a API-17 leaves out what is not a finite number, counts it, and logs once a metric", () => {
    const { set, logger } = testRegistry();
    const counter = set.counter("c").inc(1);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, "5", null, 1n, {}, Symbol("x")]) {
      counter.inc(bad as number).dec(bad as number);
      counter.val = bad as number;
    }
    expect(counter.val).toBe(1);
    expect(set.table.badWrites).toBe(21);
    expect(logger.of("warn")).toHaveLength(1);
    expect(logger.of("warn")[0]).toContain("metric c");
  });
});
