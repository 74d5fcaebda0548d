import { describe, expect, it } from "vitest";
import { extremes, valueRange, valueTicks } from "./scale.js";

describe("valueRange", () => {
  it("starts at zero and ends at a round value above the largest", () => {
    expect(valueRange(0, 47, null)).toEqual([0, 60]);
    expect(valueRange(0, 8.9, "ms")).toEqual([0, 10]);
  });

  it("rounds bytes to powers of two", () => {
    expect(valueRange(0, 100 * 2 ** 20, "byte")).toEqual([0, 128 * 2 ** 20]);
  });

  it("ends a share at 100 %, also when rounding took it above", () => {
    expect(valueRange(0, 0.97, "percent")).toEqual([0, 1]);
    expect(valueRange(0, 1.0000000002, "percent")).toEqual([0, 1.0000000002]);
    expect(valueRange(0, 0.05, "percent")[1]).toBeLessThan(0.1);
  });

  it("has room for nothing and for negative values", () => {
    expect(valueRange(0, 0, null)).toEqual([0, 1]);
    expect(valueRange(0, 0, "percent")).toEqual([0, 0.1]);
    expect(valueRange(-3, 5, null)[0]).toBeLessThanOrEqual(-3);
  });
});

describe("valueTicks", () => {
  it("divides the range evenly, at most as asked", () => {
    expect(valueTicks(0, 60, 4, null)).toEqual([0, 20, 40, 60]);
    expect(valueTicks(0, 128, 4, "byte")).toEqual([0, 32, 64, 96, 128]);
  });
});

describe("extremes", () => {
  it("are of every value, the steps before the window too, and of zero", () => {
    expect(
      extremes([
        [175, 3, null],
        [undefined, 20],
      ]),
    ).toEqual([0, 175]);
    expect(extremes([[-4, -1]])).toEqual([-4, 0]);
    expect(extremes([])).toEqual([0, 0]);
  });
});
