import { expect, it } from "vitest";
import { cellColour, countAt, heat } from "./colours.js";

it("goes by the root, so that one crowded bucket leaves the others visible", () => {
  expect(heat(100, 100)).toBe(1);
  expect(heat(25, 100)).toBe(0.5);
  expect(heat(5, 0)).toBe(0);
  expect(countAt(0.5, 100)).toBe(25);
});

it("takes the last colour for the most and an early one for few", () => {
  const colours = ["a", "b", "c", "d", "e"];
  expect(cellColour(colours, 100, 100)).toBe("e");
  expect(cellColour(colours, 1, 100)).toBe("a");
  expect(cellColour(colours, 25, 100)).toBe("c");
});
