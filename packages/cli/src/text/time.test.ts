import { describe, expect, it } from "vitest";
import { UsageError } from "../failure.js";
import { parseDurationMs, parseTimeMs } from "./time.js";

describe("parseDurationMs", () => {
  it.each([
    ["10s", 10_000],
    ["5m", 300_000],
    ["2h", 7_200_000],
    ["30d", 2_592_000_000],
  ])("reads %s", (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it.each(["", "10", "0s", "1.5s", "-1s", "10 s", "10ms", "1w"])("refuses '%s'", (text) => {
    expect(() => parseDurationMs(text)).toThrow(UsageError);
  });
});

describe("parseTimeMs", () => {
  it.each([
    ["now", 1_000_000],
    ["now-15m", 100_000],
    ["1700000000000", 1_700_000_000_000],
    ["2023-11-14T22:13:20Z", 1_700_000_000_000],
    ["2023-11-14T22:13:20", 1_700_000_000_000], // UTC, wherever it is read
    ["now+1m", 1_060_000],
  ])("reads %s", (text, ms) => {
    expect(parseTimeMs(text, 1_000_000)).toBe(ms);
  });

  it.each(["yesterday", "now-", "Nov 2026", ""])("refuses '%s'", (text) => {
    expect(() => parseTimeMs(text, 0)).toThrow(UsageError);
  });
});
