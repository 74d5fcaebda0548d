import { describe, expect, it } from "vitest";
import { planCompaction } from "./compaction.js";
import { expired, type Kept } from "./retention.js";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 4, 20, 12);
const dayOf = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);

function kept(
  name: string,
  newestMs: number | null,
  more: Partial<Kept> & { day?: string; state?: "open" | "sorted" } = {},
): Kept {
  const { day = dayOf(newestMs ?? NOW), state = "sorted", ...rest } = more;
  return { file: { name, day, state, maxMs: newestMs }, sizeBytes: 10, modifiedMs: NOW - DAY, ...rest };
}
const names = (list: readonly Kept[]): string[] => list.map(({ file }) => file.name);

describe("expired", () => {
  it("STO-17 drops a file whose newest event is too old; 0 keeps everything", () => {
    const files = [kept("new", NOW - DAY), kept("old", NOW - 31 * DAY), kept("older", NOW - 40 * DAY)];
    expect(names(expired(files, 30 * DAY, 0, NOW))).toEqual(["older", "old"]);
    expect(expired(files, 0, 0, NOW)).toEqual([]);
  });

  it("STO-17 lets a replay of old data be looked at for an hour", () => {
    const replay = { day: dayOf(NOW), modifiedMs: NOW - 60_000 };
    expect(expired([kept("replay", NOW - 90 * DAY, replay)], 30 * DAY, 0, NOW)).toEqual([]);
    expect(
      names(expired([kept("replay", NOW - 90 * DAY, { ...replay, modifiedMs: NOW - DAY })], 30 * DAY, 0, NOW)),
    ).toEqual(["replay"]);
  });

  it("STO-17 keeps no file for a clock that runs ahead: the arrival day is the latest that counts", () => {
    const ahead = kept("ahead", NOW + 1000 * DAY, { day: dayOf(NOW - 40 * DAY) });
    expect(names(expired([ahead], 30 * DAY, 0, NOW))).toEqual(["ahead"]);
  });

  it("STO-17 drops the oldest closed files until the rest fits", () => {
    const files = [
      kept("3", NOW),
      kept("1", NOW - 2 * DAY),
      kept("2", NOW - DAY),
      kept("open", NOW - 3 * DAY, { state: "open" }),
    ];
    expect(names(expired(files, 0, 25, NOW))).toEqual(["1", "2"]);
    expect(names(expired(files, 0, 40, NOW))).toEqual([]);
  });
});

describe("planCompaction", () => {
  const file = (day: string, state: "open" | "closed" | "sorted", points: number) => ({ day, state, points });

  it("STO-15 joins the closed files of a day with the small sorted ones, never the open one", () => {
    const [large, small, closed, open] = [
      file("2026-05-20", "sorted", 1000),
      file("2026-05-20", "sorted", 15),
      file("2026-05-20", "closed", 10),
      file("2026-05-20", "open", 5),
    ];
    expect(planCompaction([large, small, closed, open], "2026-05-20")).toEqual([[closed, small]]);
    expect(planCompaction([large, small, open], "2026-05-20")).toEqual([]);
  });

  it("STO-15 makes one file of a day that is over, and leaves one alone", () => {
    const [a, b] = [file("2026-05-19", "sorted", 1000), file("2026-05-19", "sorted", 1)];
    expect(planCompaction([a, b], "2026-05-20")).toEqual([[b, a]]);
    expect(planCompaction([a], "2026-05-20")).toEqual([]);
  });
});
