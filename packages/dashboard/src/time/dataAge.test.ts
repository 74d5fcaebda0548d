import { expect, it } from "vitest";
import { startingFrom } from "./dataAge.js";

const NOW = 1_764_163_200_000;

it("starts with a short range while all there is to see is young, and with the usual one from then on", () => {
  const from = (ageMs: number | null) => startingFrom(ageMs === null ? null : NOW - ageMs, NOW, "now-15m");
  expect(from(2000)).toBe("now-1m");
  expect(from(119_000)).toBe("now-1m");
  expect(from(121_000)).toBe("now-5m");
  expect(from(10 * 60_000)).toBe("now-15m");
  expect(from(86_400_000)).toBe("now-15m");
  expect(from(null)).toBe("now-15m");
});
