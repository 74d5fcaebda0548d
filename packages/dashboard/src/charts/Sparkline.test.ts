import { expect, it } from "vitest";
import { sparklinePath } from "./Sparkline.js";

it("draws a line from zero to the largest value and breaks it at an outage", () => {
  expect(sparklinePath([0, 10], 100, 23)).toBe("M0.0 21.5L100.0 1.5");
  expect(sparklinePath([1, 1, 1, null, null, null, null, 1, 1], 80, 20).match(/M/g)).toHaveLength(2);
  expect(sparklinePath([], 80, 20)).toBe("");
  expect(sparklinePath([null, null], 80, 20)).toBe("");
});
