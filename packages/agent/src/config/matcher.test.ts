import { describe, expect, it } from "vitest";
import { matchesAny, WildcardMatcher } from "./matcher.js";

/** The table of configuration.md §6.2. */
const CASES: [pattern: string, matching: string[], other: string[]][] = [
  ["foo*", ["foo", "foobar", "FOObar"], ["bar", "barfoo"]],
  ["*foo", ["foo", "barfoo", "baRFoo"], ["foobar"]],
  ["*foo*", ["foo", "barfoobaz", "line\nfoo\nline"], ["bar"]],
  ["foo", ["foo", "FOO"], ["foobar"]],
  ["/foo/*/baz", ["/foo/bar/baz"], ["/foo/bar"]],
  ["/foo/*/bar/*/baz", ["/foo/a/bar/b/baz"], []],
  ["*foo*foo*", ["foofoo", "/foo/bar/foo/bar"], ["foo", "foobar"]],
  ["*foo*oo*", ["foooo", "foofoo"], ["foo", "fooo"]],
  ["foo*oo", ["foooo", "foo oo"], ["foo", "fooo"]],
  ["**", ["", "foo"], []],
  ["(?-i)*foo*", ["foo"], ["FOO"]],
  ["fo?", ["fo?"], ["foo"]],
  ["a.c", ["a.c"], ["abc"]],
];

describe("wildcards", () => {
  it.each(CASES)("CFG-10 %s", (pattern, matching, other) => {
    const matcher = new WildcardMatcher(pattern);
    for (const text of matching) expect(matcher.matches(text), text).toBe(true);
    for (const text of other) expect(matcher.matches(text), text).toBe(false);
  });

  it("CFG-10 takes no time that grows with the number of ways to match", () => {
    const matcher = new WildcardMatcher(`${"*a".repeat(50)}b`);
    expect(matcher.matches("a".repeat(20_000))).toBe(false);
  });

  it("CFG-10 asks each pattern of a list", () => {
    const list = ["nodejs.*", "x"].map((pattern) => new WildcardMatcher(pattern));
    expect(matchesAny(list, "nodejs.handles")).toBe(true);
    expect(matchesAny(list, "system.cpu")).toBe(false);
    expect(matchesAny([], "x")).toBe(false);
  });
});
