import { expect, it } from "vitest";
import { sortRows } from "./sorting.js";

const rows = [{ v: 2 }, { v: null }, { v: 10 }];

it("sorts numbers as numbers, with missing values last either way", () => {
  const cell = (row: { v: number | null }) => row.v;
  expect(sortRows(rows, { key: "v", descending: true }, cell).map(({ v }) => v)).toEqual([10, 2, null]);
  expect(sortRows(rows, { key: "v", descending: false }, cell).map(({ v }) => v)).toEqual([2, 10, null]);
  expect(rows.map(({ v }) => v)).toEqual([2, null, 10]);
});
