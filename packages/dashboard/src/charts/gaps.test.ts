import { describe, expect, it } from "vitest";
import { bridgeGaps, interpolateGaps, isolatedPoints, usualGap } from "./gaps.js";

describe("gaps", () => {
  it("draws across steps that are shorter than the reporting interval", () => {
    expect(bridgeGaps([1, null, null, 2, null, null, 3])).toEqual([
      1,
      undefined,
      undefined,
      2,
      undefined,
      undefined,
      3,
    ]);
  });

  it("leaves an outage open", () => {
    const values = [1, 2, 3, null, null, null, null, 4, 5];
    expect(bridgeGaps(values)).toEqual(values);
  });

  it("tolerates one late report", () => {
    expect(bridgeGaps([1, 2, null, 3, 4])).toEqual([1, 2, undefined, 3, 4]);
  });

  it("does not invent values before the first and after the last", () => {
    expect(bridgeGaps([null, 1, 2, null])).toEqual([null, 1, 2, null]);
    expect(interpolateGaps([null, 1, 2, null])).toEqual([null, 1, 2, null]);
    expect(bridgeGaps([null, null])).toEqual([null, null]);
  });

  it("interpolates in the usual rhythm only", () => {
    expect(interpolateGaps([0, null, 2, null, 4])).toEqual([0, 1, 2, 3, 4]);
    expect(interpolateGaps([0, 1, 2, null, null, null, 4, 5])).toEqual([0, 1, 2, null, null, null, 4, 5]);
  });

  it("takes the rhythm from the median distance", () => {
    expect(usualGap([1, 1, 1])).toBe(2);
    expect(usualGap([1, null, null, 1, null, null, 1])).toBe(7);
    expect(usualGap([1])).toBe(0);
  });
});

it("finds the values no line leads to", () => {
  expect(isolatedPoints([null, 1, null])).toEqual([1]);
  expect(isolatedPoints([5])).toEqual([0]);
  expect(isolatedPoints([1, undefined, 2, null, 3, null, 4, 5])).toEqual([4]);
  expect(isolatedPoints([null, undefined, null])).toEqual([]);
});
