import { describe, expect, it } from "vitest";
import { valueTicks } from "../charts/scale.js";
import { formatTicks, formatValue, tickIncrements, unitFamily } from "./unit.js";

describe("formatValue", () => {
  it("shows fractions as percent", () => {
    expect(formatValue(0.4, "percent")).toBe("40 %");
    expect(formatValue(0.99009900990099, "percent")).toBe("99 %");
    expect(formatValue(0.0312, "percent")).toBe("3.12 %");
    expect(formatValue(0, "percent")).toBe("0 %");
  });

  it("shows bytes in binary units", () => {
    expect(formatValue(1536, "byte")).toBe("1.5 KiB");
    expect(formatValue(47_738_880, "byte")).toBe("45.5 MiB");
    expect(formatValue(16_552_841_216, "byte")).toBe("15.4 GiB");
    expect(formatValue(0, "byte")).toBe("0 B");
  });

  it("shows durations in the unit that reads best, whatever they were sent in", () => {
    expect(formatValue(12_500, "us")).toBe("12.5 ms");
    expect(formatValue(0.951, "ms")).toBe("951 µs");
    expect(formatValue(1500, "ms")).toBe("1.5 s");
    expect(formatValue(90, "s")).toBe("1.5 min");
    expect(formatValue(0, "ms")).toBe("0 ms");
  });

  it("shows rates a second, of anything", () => {
    expect(formatValue(5.63, "/s")).toBe("5.63/s");
    expect(formatValue(2048, "byte/s")).toBe("2 KiB/s");
  });

  it("shortens large plain numbers and keeps small ones", () => {
    expect(formatValue(1_234_567, null)).toBe("1.23 M");
    expect(formatValue(0.0042, null)).toBe("0.004");
    expect(formatValue(0.00001, null)).toBe("1.0e-5");
    expect(formatValue(-42, null)).toBe("-42");
    expect(formatValue(3, "requests")).toBe("3 requests");
  });

  it("shows what is not there as a dash", () => {
    expect(formatValue(null, "byte")).toBe("–");
    expect(formatValue(undefined, null)).toBe("–");
    expect(formatValue(Number.NaN, null)).toBe("–");
  });
});

describe("formatTicks", () => {
  it("writes all labels of an axis in one scale with equal decimals", () => {
    expect(formatTicks([0, 0.1, 0.2], "percent")).toEqual(["0 %", "10 %", "20 %"]);
    expect(formatTicks([0, 0.005, 0.01], "percent")).toEqual(["0.0 %", "0.5 %", "1.0 %"]);
    expect(formatTicks([0, 2 ** 26, 2 ** 27], "byte")).toEqual(["0 MiB", "64 MiB", "128 MiB"]);
    expect(formatTicks([0, 50_000, 100_000], "us")).toEqual(["0 ms", "50 ms", "100 ms"]);
    expect(formatTicks([0, 500, 1000], null)).toEqual(["0.0 k", "0.5 k", "1.0 k"]);
  });
});

describe("axes of durations", () => {
  /** The labels of an axis from zero to `top`, as the charts make them. */
  const labels = (top: number, unit: string) => formatTicks(valueTicks(0, top, 4, unit), unit);

  it("count minutes and hours as a clock does, in whatever unit the metric is", () => {
    expect(labels(200_000, "ms")).toEqual(["0 min", "1 min", "2 min", "3 min"]);
    expect(labels(120, "s")).toEqual(["0 s", "30 s", "60 s", "90 s", "120 s"]);
    expect(labels(60e6, "us")).toEqual(["0 s", "15 s", "30 s", "45 s", "60 s"]);
    expect(labels(1, "h")).toEqual(["0 min", "15 min", "30 min", "45 min", "60 min"]);
    expect(labels(4000, "s")).toEqual(["0 min", "30 min", "60 min"]);
    expect(labels(12 * 3600, "s")).toEqual(["0 h", "3 h", "6 h", "9 h", "12 h"]);
    expect(labels(86_400 * 3, "s")).toEqual(["0 h", "24 h", "48 h", "72 h"]);
  });

  it("stay decades below", () => {
    expect(labels(0.02, "s")).toEqual(["0 ms", "5 ms", "10 ms", "15 ms", "20 ms"]);
    expect(labels(3, "ns")).toEqual(["0 ns", "1 ns", "2 ns", "3 ns"]);
  });
});

describe("units", () => {
  it("knows the spellings of the wire", () => {
    expect(unitFamily("percent")).toBe("percent");
    expect(unitFamily("byte")).toBe("byte");
    expect(unitFamily("micros")).toBe("duration");
    expect(unitFamily("byte/s")).toBe("byte");
    expect(unitFamily(null)).toBe("number");
  });

  it("steps bytes by powers of two and everything else by 1, 2 and 5", () => {
    expect(tickIncrements("byte").slice(0, 4)).toEqual([1, 2, 4, 8]);
    expect(tickIncrements(null)).toEqual(expect.arrayContaining([0.1, 0.2, 0.5, 1, 2, 5, 10]));
  });
});

it("takes a unit from an agent for a word, whatever it is called", () => {
  expect(formatValue(2, "constructor")).toBe("2 constructor");
  expect(formatTicks([0, 1], "toString")).toEqual(["0 toString", "1 toString"]);
});
