import { expect, it } from "vitest";
import { widestLabel } from "./cardinality.js";

it("names the label that makes the series", () => {
  expect(widestLabel({ region: ["eu", "us"], user: ["1", "2", "3"], empty: [] })).toEqual({ label: "user", values: 3 });
  expect(widestLabel({})).toEqual({ label: null, values: 0 });
});
