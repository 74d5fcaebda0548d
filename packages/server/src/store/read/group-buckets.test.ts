import { expect, it } from "vitest";
import { CountBudget, GroupBuckets } from "./group-buckets.js";

it("QRY-18 QRY-23 holds so many counts for a query, however many groups they are in", () => {
  const budget = new CountBudget(6);
  const [first, second] = [new GroupBuckets(budget), new GroupBuckets(budget)];
  const three = new Map([1, 2, 3].map((value) => [value, 1]));
  first.add(0, three);
  // The same values in the same step are no new counts.
  first.add(0, three);
  second.add(0, three);
  expect(() => second.add(1, three)).toThrow(expect.objectContaining({ code: "TOO_MANY_POINTS" }));
});
