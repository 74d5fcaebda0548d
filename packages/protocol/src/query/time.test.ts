import { describe, expect, it } from "vitest";
import { parseDuration, parseTime } from "./time.js";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

describe("parseTime", () => {
  it.each([
    ["now", NOW],
    ["now-15m", NOW - 900_000],
    ["now+1d", NOW + 86_400_000],
    ["1700000000123", 1_700_000_000_123],
    ["2026-01-02", Date.UTC(2026, 0, 2)],
    ["2026-01-02T03:04", Date.UTC(2026, 0, 2, 3, 4)],
    ["2026-01-02T03:04:05.678Z", NOW],
    ["2026-01-02T03:04:05+02:00", Date.UTC(2026, 0, 2, 1, 4, 5)],
  ])("QRY-24 reads %s", (text, expected) => expect(parseTime(text, NOW)).toBe(expected));

  it.each([
    "",
    "yesterday",
    "now-15",
    "now - 1m",
    "2026-13-01",
    "2026-01-02 03:04",
    "1e9",
    "-5",
    "99999999999999999",
    "now-999999999d",
  ])("refuses %j", (text) => expect(parseTime(text, NOW)).toBeUndefined());
});

describe("parseDuration", () => {
  it("QRY-22 takes a whole number and one unit", () => {
    expect(["1s", "5m", "2h", "7d"].map(parseDuration)).toEqual([1000, 300_000, 7_200_000, 604_800_000]);
    expect(["", "5", "1.5s", "-1s", "5ms", "1w"].map(parseDuration)).toEqual(Array(6).fill(undefined));
  });
});
