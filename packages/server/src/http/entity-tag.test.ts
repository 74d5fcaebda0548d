import { expect, it } from "vitest";
import { namesTag } from "./entity-tag.js";

it("finds a tag in a list, whatever a compressing proxy made of it", () => {
  for (const header of ['"a"', 'W/"a"', '"x", "a"', '"x",W/"a"', '"a-gzip"', 'W/"a-br"', "*"]) {
    expect(namesTag(header, '"a"'), header).toBe(true);
  }
});

it("finds no other tag, and none without the header", () => {
  for (const header of [undefined, "", "a", '"b"', 'W/"b"', '"a-b"', '"a-gzip-gzip"', 'w/"a"']) {
    expect(namesTag(header, '"a"'), header).toBe(false);
  }
});
