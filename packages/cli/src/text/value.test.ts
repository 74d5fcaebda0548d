import { describe, expect, it } from "vitest";
import { formatValue } from "./value.js";

describe("formatValue", () => {
  it.each([
    [0.125, "percent", "12.5 %"],
    [1, "percent", "100 %"],
    [0, "byte", "0 B"],
    [1536, "byte", "1.5 KiB"],
    [35_800_000, "byte", "34.1 MiB"],
    [5 * 1024 ** 4, "byte", "5 TiB"],
    [12_500, "us", "12.5 ms"],
    [250, "us", "250 µs"],
    [0.4, "ms", "400 µs"],
    [2_500, "ms", "2.5 s"],
    [300, "s", "5 min"],
    [10_800, "s", "3 h"],
    [0, "ms", "0 s"],
    [1_234_567, null, "1.23M"],
    [-4, null, "-4"],
    [0.001234, null, "0.00123"],
    [999, "orders", "999"],
    [null, "byte", "–"],
  ])("writes %s in %s as %s", (value, unit, text) => {
    expect(formatValue(value, unit)).toBe(text);
  });
});
