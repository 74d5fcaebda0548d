import { expect, it } from "vitest";
import { colourAt, countAt, heat } from "./colours.js";

it("goes from one observation to the most by the root, so that one crowded bucket leaves the others visible", () => {
  expect(heat(1, 121)).toBe(0);
  expect(heat(36, 121)).toBe(0.5);
  expect(heat(121, 121)).toBe(1);
  expect(heat(1, 1)).toBe(1);
  expect(countAt(0.5, 121)).toBe(36);
});

it("takes the first colour for one and the last for the most", () => {
  const colours = ["a", "b", "c", "d", "e"];
  expect(colourAt(colours, heat(1, 2))).toBe("a");
  expect(colourAt(colours, heat(2, 2))).toBe("e");
  expect(colourAt(colours, heat(36, 121))).toBe("c");
});
