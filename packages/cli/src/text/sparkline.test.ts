import { describe, expect, it } from "vitest";
import { sparkline } from "./sparkline.js";

describe("sparkline", () => {
  it("scales between the smallest and the largest value", () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 20)).toBe("▁▂▃▄▅▆▇█");
  });

  it("leaves a gap where there is no data", () => {
    expect(sparkline([1, null, 2], 20)).toBe("▁ █");
    expect(sparkline([null, null], 20)).toBe("  ");
  });

  it("averages neighbours to fit, and stays flat for a constant", () => {
    expect(sparkline([0, 0, 10, 10], 2)).toBe("▁█");
    expect(sparkline([5, 5, 5], 3)).toBe("▁▁▁");
    expect(
      sparkline(
        Array.from({ length: 1000 }, (_, i) => i),
        40,
      ),
    ).toHaveLength(40);
  });
});
