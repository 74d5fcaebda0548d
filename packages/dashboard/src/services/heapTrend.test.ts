import { expect, it } from "vitest";
import { heapTrend } from "./heapTrend.js";

const MIB = 2 ** 20;

/** A point each second: `base` MiB and what the garbage collector has not taken yet. */
const heap = (base: (second: number) => number, seconds = 120): [number, number | null][] =>
  Array.from({ length: seconds }, (_, second) => [second * 1000, (base(second) + 3 * ((second % 7) / 7)) * MIB]);

it("tells how fast the low points of a heap rise", () => {
  const trend = heapTrend(heap((second) => 10 + second / 6));
  expect((trend ?? 0) / MIB).toBeGreaterThan(550);
  expect((trend ?? 0) / MIB).toBeLessThan(650);
});

it("says nothing of a heap that comes and goes, that warms up, or that fell in between", () => {
  expect(heapTrend(heap(() => 20))).toBeNull();
  expect(heapTrend(heap((second) => 8 + Math.min(second, 60) / 60))).toBeNull();
  expect(heapTrend(heap((second) => 20 + 10 * Math.sin(second / 10)))).toBeNull();
});

it("looks at what came after a restart, and waits until that is enough", () => {
  const climbsTwice = heap((second) => (second < 100 ? 10 + second : 10 + (second - 100)));
  expect(heapTrend(climbsTwice.slice(0, 110))).toBeNull();
  expect(heapTrend(climbsTwice)).not.toBeNull();
  expect(heapTrend([])).toBeNull();
  expect(heapTrend([[0, null]])).toBeNull();
});
