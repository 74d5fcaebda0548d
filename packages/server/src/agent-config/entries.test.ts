import { describe, expect, it } from "vitest";
import { type ConfigEntry, parseEntries, select } from "./entries.js";

function parsed(document: unknown): ConfigEntry[] {
  const entries = parseEntries(document);
  if (typeof entries === "string") throw new Error(entries);
  return entries;
}

describe("agent configuration entries", () => {
  it("SRV-73 selects name and environment, then name, then environment, then everybody, whatever the order", () => {
    const document = [
      { service: {}, settings: { a: "4" } },
      { service: { environment: "prod" }, settings: { a: "3" } },
      { service: { name: "s" }, settings: { a: "2" } },
      { service: { name: "s", environment: "prod" }, settings: { a: "1" } },
    ];
    for (const entries of [parsed(document), parsed(document.toReversed())]) {
      expect(select(entries, "s", "prod").settings).toEqual({ a: "1" });
      expect(select(entries, "s", "dev").settings).toEqual({ a: "2" });
      expect(select(entries, "s", undefined).settings).toEqual({ a: "2" });
      expect(select(entries, "t", "prod").settings).toEqual({ a: "3" });
      expect(select(entries, "t", "dev").settings).toEqual({ a: "4" });
    }
    expect(select([], "s", "prod")).toEqual({ settings: {}, etag: "-" });
  });

  it("SRV-72 makes an etag of the settings alone, whatever their order, unless one is given", () => {
    const etag = (settings: object): string => parsed([{ service: {}, settings }])[0]?.etag ?? "";
    expect(etag({ a: "1", b: "2" })).toBe(etag({ b: "2", a: "1" }));
    expect(etag({ a: "1" })).not.toBe(etag({ a: "2" }));
    expect(parsed([{ settings: {}, etag: "v7" }])).toEqual([{ service: {}, settings: {}, etag: "v7" }]);
  });

  it("W-65 turns numbers and booleans into the text agents read", () => {
    expect(parsed([{ settings: { transaction_max_spans: 300, recording: true } }])[0]?.settings).toEqual({
      transaction_max_spans: "300",
      recording: "true",
    });
  });

  it("says what is wrong with a document", () => {
    const array = "document: it must be an array of at most 10000 entries";
    for (const document of [{}, undefined, Array.from({ length: 10_001 }, () => ({ settings: {} }))]) {
      expect(parseEntries(document)).toBe(array);
    }
    expect(parseEntries(["x"])).toBe("0: it must be an object with settings");
    expect(parseEntries([{ service: "shop", settings: {} }])).toMatch(/^0\.service: it must be an object with name/);
    for (const name of [5, "", "n".repeat(1025)]) {
      const said = "0.service.name: it must be a text of 1 to 1024 characters";
      expect(parseEntries([{ service: { name }, settings: {} }])).toBe(said);
    }
    const settings = "must be an object of option names, in small letters with _, and values";
    expect(parseEntries([{}])).toBe(`0.settings: it ${settings}`);
    expect(parseEntries([{ settings: { "Bad Name": "1" } }])).toBe(`0.settings.Bad Name: it ${settings}`);
    expect(parseEntries([{ settings: { a: null } }])).toBe("0.settings.a: it must be a text, a number or a boolean");
    expect(parseEntries([{ settings: {}, etag: 'a"b' }])).toMatch(/^0\.etag: it must be printable text/);
    expect(parseEntries([{ settings: {} }, { service: {}, settings: {} }])).toBe(
      "two entries for all services in all environments: put their settings into one",
    );
  });
});
