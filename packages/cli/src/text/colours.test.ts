import { describe, expect, it } from "vitest";
import { isColoured } from "./colours.js";

const TERMINAL = { isTTY: true };
const PIPE = {};

describe("isColoured", () => {
  it.each([
    [TERMINAL, {}, true],
    [TERMINAL, { NO_COLOR: "" }, true],
    [TERMINAL, { NO_COLOR: "1" }, false],
    [TERMINAL, { NO_COLOR: "1", FORCE_COLOR: "1" }, false],
    [TERMINAL, { FORCE_COLOR: "0" }, false],
    [TERMINAL, { TERM: "dumb" }, false],
    [PIPE, {}, false],
    [PIPE, { CI: "true" }, false],
    [PIPE, { FORCE_COLOR: "1" }, true],
    [PIPE, { FORCE_COLOR: "" }, true],
  ])("of %o with %o is %s", (stream, env, expected) => {
    expect(isColoured(stream, env)).toBe(expected);
  });
});
