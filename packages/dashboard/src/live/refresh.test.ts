import { expect, it } from "vitest";
import { pollInterval, refreshInterval } from "./refresh.js";

it("asks often for short ranges and seldom for long ones", () => {
  expect(refreshInterval(60_000)).toBe(1000);
  expect(refreshInterval(5 * 60_000)).toBe(2000);
  expect(refreshInterval(15 * 60_000)).toBe(2000);
  expect(refreshInterval(3_600_000)).toBe(8000);
  expect(refreshInterval(30 * 86_400_000)).toBe(60_000);
  expect(pollInterval(5 * 60_000)).toBe(5000);
  expect(pollInterval(3_600_000)).toBe(8000);
});
