import { expect, it } from "vitest";
import { meaningOf } from "./reasons.js";

it("has words for what the server counts", () => {
  for (const reason of ["tooLarge", "unknownType", "stream", "header", "notReady", "deadLetter", "histogramLengths"]) {
    expect([reason, meaningOf(reason)]).toEqual([reason, expect.stringMatching(/ /)]);
  }
});

it("has none for a word it does not know", () => {
  expect(meaningOf("constructor")).toBe("");
});
