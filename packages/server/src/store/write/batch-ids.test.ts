import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BatchIds, mergeRanges, parseBatchId } from "./batch-ids.js";

describe("BatchIds", () => {
  it("STO-14 W-90 knows exactly the ids that were added, in whatever order", () => {
    const id = fc.tuple(fc.constantFrom("a", "b"), fc.nat(60));
    fc.assert(
      fc.property(fc.array(id), (added) => {
        const ids = new BatchIds();
        for (const [producer, sequence] of added) ids.add({ producer, first: sequence, last: sequence }, 0);
        for (const producer of ["a", "b"]) {
          for (let sequence = 0; sequence <= 61; sequence++) {
            expect(ids.has({ producer, sequence })).toBe(added.some(([p, s]) => p === producer && s === sequence));
          }
        }
      }),
    );
  });

  it("keeps one range for a producer that lost nothing, and forgets those long silent", () => {
    const ranges = Array.from({ length: 1000 }, (_, index) => ({
      producer: "p",
      first: 999 - index,
      last: 999 - index,
    }));
    expect(mergeRanges(ranges)).toEqual([{ producer: "p", first: 0, last: 999 }]);
    const ids = new BatchIds();
    ids.add({ producer: "old", first: 1, last: 1 }, 1000);
    ids.add({ producer: "new", first: 1, last: 1 }, 2000);
    ids.forget(1500);
    expect([ids.producers, ids.has({ producer: "old", sequence: 1 })]).toEqual([1, false]);
  });
});

describe("BatchIds of very many producers", () => {
  it("STO-14 forget those that were silent longest", () => {
    const ids = new BatchIds(3);
    const add = (producer: string) => ids.add({ producer, first: 1, last: 1 }, 0);
    for (const producer of ["a", "b", "c", "a", "d", "e"]) add(producer);
    const known = ["a", "b", "c", "d", "e"].filter((producer) => ids.has({ producer, sequence: 1 }));
    expect([ids.producers, known]).toEqual([3, ["a", "d", "e"]]);
  });
});

describe("parseBatchId", () => {
  it("splits at the last colon; other text is an id of its own", () => {
    expect(parseBatchId("a:b:12")).toEqual({ producer: "a:b", sequence: 12 });
    expect(parseBatchId("no sequence")).toEqual({ producer: "no sequence", sequence: -1 });
    expect(parseBatchId(":5")).toEqual({ producer: ":5", sequence: -1 });
  });
});
