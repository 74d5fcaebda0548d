import { describe, expect, it } from "vitest";
import { formatAge, formatSpan, formatTimeTicks, timeTicks } from "./time.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const noon = new Date(2026, 10, 26, 12, 0, 0).getTime();

describe("timeTicks", () => {
  it("lies on round times, at most as many as fit", () => {
    const ticks = timeTicks(noon + 17_000, noon + 15 * MINUTE + 17_000, 5);
    expect(ticks).toEqual([noon + 5 * MINUTE, noon + 10 * MINUTE, noon + 15 * MINUTE]);
  });

  it("lies on local midnights for ranges of days", () => {
    const ticks = timeTicks(noon, noon + 7 * DAY, 8);
    for (const tick of ticks) expect(new Date(tick).getHours()).toBe(0);
    expect(ticks).toHaveLength(7);
  });

  it("copes with ranges longer than its steps", () => {
    expect(timeTicks(noon, noon + 700 * DAY, 5).length).toBeLessThanOrEqual(6);
  });
});

describe("formatTimeTicks", () => {
  it("shows seconds only when the steps need them", () => {
    expect(formatTimeTicks([noon, noon + MINUTE])).toEqual(["12:00", "12:01"]);
    expect(formatTimeTicks([noon, noon + 10_000])).toEqual(["12:00:00", "12:00:10"]);
  });

  it("shows the date where a day begins", () => {
    const midnight = noon + DAY / 2;
    expect(formatTimeTicks([noon, midnight, midnight + DAY / 2])).toEqual(["12:00", "11-27", "12:00"]);
    expect(formatTimeTicks([])).toEqual([]);
  });
});

describe("ages and spans", () => {
  it("reads as people say it", () => {
    expect(formatAge(noon, noon + 500)).toBe("now");
    expect(formatAge(noon, noon + 12_000)).toBe("12 s ago");
    expect(formatAge(noon, noon + 5 * MINUTE)).toBe("5 min ago");
    expect(formatAge(noon, noon + 3 * DAY)).toBe("3 d ago");
    expect(formatAge(noon + 5000, noon)).toBe("now");
    expect(formatSpan(10_000)).toBe("10 s");
    expect(formatSpan(90 * MINUTE)).toBe("1.5 h");
  });
});
