import { expect, it } from "vitest";
import { bucketTable } from "./bucket-table.js";

it("writes the greatest values on top, with count, share and course", () => {
  const lines = bucketTable(
    {
      from: 0,
      to: 3000,
      step: 1000,
      unit: "us",
      buckets: [
        { low: 500, high: 500 },
        { low: 1000, high: 4000 },
      ],
      points: [
        [0, [3, 0]],
        [1000, null],
        [2000, [0, 1]],
      ],
    },
    40,
  );
  expect(lines.map((line) => line.trimEnd())).toEqual([
    "     BUCKET  COUNT  SHARE  COURSE",
    "1 ms – 4 ms      1   25 %  ▁ █",
    "     500 µs      3   75 %  █ ▁",
  ]);
});
