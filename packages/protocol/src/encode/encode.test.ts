import { describe, expect, it } from "vitest";
import {
  encodeMetricset,
  LineBuffer,
  METRICSET_END,
  METRICSET_HEAD,
  metricsetStamp,
  quote,
  tagsText,
  truncate,
} from "./index.js";

describe("text", () => {
  it.each([
    "",
    "plain",
    'a"b',
    "back\\slash",
    "line\nfeed",
    "\u0000",
    "é",
    "😀",
    "\ud800",
    "x".repeat(300),
    `${"x".repeat(300)}"`,
  ])("W-10 quotes %j as JSON does", (text) => {
    expect(quote(text)).toBe(JSON.stringify(text));
  });

  it("W-16 cuts to 1023 code points and an ellipsis, never inside a surrogate pair", () => {
    expect(truncate("x".repeat(1024))).toBe("x".repeat(1024));
    expect(truncate("x".repeat(1025))).toBe(`${"x".repeat(1023)}…`);
    expect(truncate("😀".repeat(1024))).toBe("😀".repeat(1024));
    expect(truncate("😀".repeat(1025))).toBe(`${"😀".repeat(1023)}…`);
    expect(truncate(`${"x".repeat(1022)}😀😀`)).toBe(`${"x".repeat(1022)}😀😀`);
    expect([...truncate("é😀".repeat(600))]).toHaveLength(1024);
  });
});

describe("metricset lines", () => {
  it("W-10 W-17 REG-46 has the parts of a line, labels unchanged, types kept, no tags without labels", () => {
    expect(tagsText([], [])).toBe("");
    expect(tagsText(['a.b"', "n", "t"], ["x\n", 1.5, true])).toBe('{"a.b\\"":"x\\n","n":1.5,"t":true}');
    const line = `${METRICSET_HEAD}"a":{"value":1}${metricsetStamp(1_700_000_000_000_000, true)}${tagsText(["l"], ["x"])}${METRICSET_END}`;
    expect(line).toBe('{"metricset":{"samples":{"a":{"value":1}},"timestamp":1700000000000000,"tags":{"l":"x"}}}\n');
    expect(encodeMetricset(JSON.parse(line).metricset)).toBe(line);
    expect(metricsetStamp(5, false) + METRICSET_END).toBe('},"timestamp":5}}\n');
  });
});

describe("LineBuffer", () => {
  it("W-10 hands out whole lines with their number, and is empty then", () => {
    const lines = new LineBuffer();
    expect(lines.take()).toBeUndefined();
    lines.add("a\n");
    lines.add("é\n");
    const chunk = lines.take();
    expect(new TextDecoder().decode(chunk?.bytes)).toBe("a\né\n");
    expect(chunk?.count).toBe(2);
    expect(lines.take()).toBeUndefined();
  });

  it("W-13 takes a line of 307,199 bytes and its newline, and none that is longer in bytes", () => {
    const lines = new LineBuffer();
    expect(lines.add(`${"x".repeat(307_199)}\n`)).toBe(true);
    expect(lines.add(`${"x".repeat(307_200)}\n`)).toBe(false);
    expect(lines.add(`${"é".repeat(153_600)}\n`)).toBe(false);
    expect(lines.take()?.count).toBe(1);
  });

  it("is full after some 32,000 characters", () => {
    const lines = new LineBuffer();
    lines.add("x".repeat(32_767));
    expect(lines.full).toBe(false);
    lines.add("x");
    expect(lines.full).toBe(true);
  });
});
