import { parseTime } from "@tidegauge/protocol/query";
import { describe, expect, it } from "vitest";
import { DEFAULT_RANGE, isLive, queryTimes, rangeLength, readRange, resolveTime } from "./range.js";

const NOW = 1_764_163_200_000;
const read = (text: string) => readRange(new URLSearchParams(text));

describe("resolveTime", () => {
  it("QRY-24 reads what is offered and what people write as the query API does", () => {
    const texts = ["now", "now-15m", "now-7d", "1764163200000", "2025-11-26"];
    for (const zone of ["", "Z", "+02:00"]) texts.push(`2025-11-26T13:20${zone}`, `2025-11-26T13:20:00.5${zone}`);
    for (const text of texts) expect([text, resolveTime(text, NOW)]).toEqual([text, parseTime(text, NOW)]);
  });

  it("reads nothing else", () => {
    for (const text of ["", "yesterday", "now-", "now-5y", "now+5m", "12"]) expect(resolveTime(text, NOW)).toBeNull();
  });
});

describe("readRange", () => {
  it("is the last quarter of an hour, live, when the URL says nothing or nonsense", () => {
    for (const text of ["", "from=x", "from=now&to=now-5m", "at=soon"]) expect(read(text)).toEqual(DEFAULT_RANGE);
    expect(isLive(DEFAULT_RANGE)).toBe(true);
  });

  it("keeps what the URL says", () => {
    expect(read("from=now-6h")).toEqual({ from: "now-6h", to: "now", pausedAtMs: null });
    expect(read("from=1764160000000&to=1764163200000").from).toBe("1764160000000");
  });

  it("is not live when it is paused or absolute", () => {
    expect(isLive(read(`from=now-1h&at=${NOW}`))).toBe(false);
    expect(isLive(read("from=1764160000000&to=1764163200000"))).toBe(false);
  });
});

describe("queryTimes", () => {
  it("lets the server's clock decide while live", () => {
    expect(queryTimes(read("from=now-1h"))).toEqual({ from: "now-1h", to: "now" });
  });

  it("stands still while paused", () => {
    expect(queryTimes(read(`from=now-15m&at=${NOW}`))).toEqual({ from: String(NOW - 900_000), to: String(NOW) });
  });
});

it("measures the length of relative and absolute ranges", () => {
  expect(rangeLength(read(`from=now-1h&at=${NOW}`))).toBe(3_600_000);
  expect(rangeLength(read("from=1764160000000&to=1764163200000"))).toBe(3_200_000);
});
