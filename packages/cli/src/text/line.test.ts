import { describe, expect, it } from "vitest";
import { cutLine, printable, visibleLength } from "./line.js";

const GREEN = "\u001b[32mgreen\u001b[39m";

describe("cutLine", () => {
  it.each([
    ["short", 10, "short"],
    ["exact", 5, "exact"],
    ["too long", 5, "too …"],
    [`${GREEN} and on`, 40, `${GREEN} and on`],
    [`${GREEN} and on`, 4, "\u001b[32mgre…\u001b[0m"],
    ["🙂🙂🙂", 2, "🙂…"],
    ["any", 0, ""],
  ])("makes %j of width %i into %j", (line, width, cut) => {
    expect(cutLine(line, width)).toBe(cut);
    expect(visibleLength(cut)).toBeLessThanOrEqual(width);
  });
});

describe("printable", () => {
  it("leaves no control character of a name", () => {
    expect(printable("a\u001b[2Jb\nc\u009bd é 🙂")).toBe("a�[2Jb�c�d é 🙂");
  });
});
