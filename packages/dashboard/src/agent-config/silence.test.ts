import { expect, it } from "vitest";
import { isSilent } from "./silence.js";

it("takes a process for silent that has neither reported nor polled for five minutes", () => {
  const now = Date.parse("2026-01-01T01:00:00Z");
  const at = (minutes: number) => new Date(now - minutes * 60_000).toISOString();
  expect(isSilent({ lastReport: at(6), lastPoll: at(1) }, now)).toBe(false);
  expect(isSilent({ lastReport: at(1), lastPoll: null }, now)).toBe(false);
  expect(isSilent({ lastReport: at(6), lastPoll: at(7) }, now)).toBe(true);
  expect(isSilent({ lastReport: null, lastPoll: at(6) }, now)).toBe(true);
});
