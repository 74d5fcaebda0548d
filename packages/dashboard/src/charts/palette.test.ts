import { expect, it } from "vitest";
import { seriesToken } from "./palette.js";

it("gives outcomes their colours and every other label that of its place", () => {
  expect(seriesToken(0, { id: "a", label: "failure" })).toBe("--series-failure");
  expect(seriesToken(11, { id: "a", label: "eu" })).toBe("--series-2");
  expect(seriesToken(0, { id: "toString", label: "constructor" })).toBe("--series-1");
});
