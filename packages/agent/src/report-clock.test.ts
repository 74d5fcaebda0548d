import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ReportClock } from "./report-clock.js";

const START = 1_800_000_000_000;
const warnings: string[] = [];

beforeEach(() => {
  warnings.length = 0;
  vi.useFakeTimers({ now: START, toFake: ["Date", "performance"] });
});
afterEach(() => vi.useRealTimers());

const clock = (): ReportClock => new ReportClock((message) => warnings.push(message));
/** Lets time go on, then sets the system clock off by so much. */
const pass = (ms: number, stepMs = 0): void => {
  vi.advanceTimersByTime(ms);
  vi.setSystemTime(Date.now() + stepMs);
};

describe("the clock of reports", () => {
  it("REG-42 is the wall clock in microseconds, forwards by any step", () => {
    const time = clock();
    expect(time.nowUs()).toBe(START * 1000);
    pass(10_000, 3_600_000);
    expect(time.nowUs()).toBe((START + 3_610_000) * 1000);
    expect(warnings).toEqual([]);
  });

  it("keeps the order of reports when the clock steps back, and catches up at half its pace", () => {
    const time = clock();
    time.nowUs();
    pass(10_000, -30_000); // 20 s before the last report
    const times = [time.nowUs()];
    for (let report = 0; report < 5; report++) {
      pass(10_000);
      times.push(time.nowUs());
    }
    expect(times.map((us) => us / 1000 - START)).toEqual([5000, 10_000, 15_000, 20_000, 25_000, 30_000]);
    expect(Date.now() - START).toBe(30_000);
    pass(10_000);
    expect(time.nowUs()).toBe(Date.now() * 1000);
    expect(warnings).toEqual([expect.stringContaining("went back by 20000 ms: reports keep their order")]);
  });

  it("never gives a time twice while it waits for the clock, nor says a word for a few milliseconds", () => {
    const time = clock();
    const first = time.nowUs();
    pass(0, -300);
    expect([time.nowUs(), time.nowUs()]).toEqual([first + 1000, first + 2000]);
    expect(warnings).toEqual([]);
  });

  it("follows a clock that is set right by more than ten minutes", () => {
    const time = clock();
    time.nowUs();
    pass(1000, -3_600_000);
    expect(time.nowUs()).toBe(Date.now() * 1000);
    expect(warnings).toEqual([expect.stringContaining("reports lie before those already sent")]);
  });
});
