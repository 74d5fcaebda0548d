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
    expect(parseEntries({})).toMatch(/array/);
    expect(parseEntries(undefined)).toBeTypeOf("string");
    expect(parseEntries([{ service: { name: 5 }, settings: {} }])).toMatch(/^0\.service\.name: /);
    expect(parseEntries([{ settings: { "Bad Name": "1" } }])).toMatch(/^0\.settings\.Bad Name: /);
    expect(parseEntries([{ settings: {}, etag: 'a"b' }])).toMatch(/^0\.etag: /);
    expect(parseEntries([{ settings: {} }, { service: {}, settings: {} }])).toBe(
      "two entries for all services in all environments: put their settings into one",
    );
  });
});
