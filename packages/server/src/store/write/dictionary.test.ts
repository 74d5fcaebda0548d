import type { Metadata, Metricset } from "@tidegauge/protocol";
import { describe, expect, it } from "vitest";
import { SeriesDictionary, type SeriesGroup, TOO_LONG } from "./dictionary.js";
import { senderOf } from "./identity.js";

const metadata: Metadata = { service: { name: "shop", agent: { name: "nodejs", version: "1", ephemeral_id: "p" } } };
const NUMBER = { value: 1 };

function groupOf(dictionary: SeriesDictionary, more: Partial<Metricset> = {}): SeriesGroup {
  const process = dictionary.process(senderOf(metadata), undefined);
  return dictionary.group(process, metadata, { samples: {}, timestamp: 1, ...more });
}

/** The elements in every order. */
function orders(keys: readonly string[]): string[][] {
  if (keys.length === 0) return [[]];
  return keys.flatMap((key) => orders(keys.filter((other) => other !== key)).map((rest) => [key, ...rest]));
}

describe("the series dictionary", () => {
  it("STO-1 gives one series to labels in any order, and STO-23 remembers few of 5,040 orders", () => {
    const dictionary = new SeriesDictionary();
    const ids = new Set<number>();
    for (const order of orders(["a", "b", "c", "d", "e", "f", "g"])) {
      const tags = Object.fromEntries(order.map((key) => [key, "v"]));
      ids.add(dictionary.seriesId(groupOf(dictionary, { tags }), "m", NUMBER, true));
    }
    expect([...ids]).toEqual([0]);
    expect(dictionary.size).toBe(1);
    expect(dictionary.process(senderOf(metadata), undefined).asSent.size).toBeLessThan(200);
    expect(dictionary.characters).toBeLessThan(10_000);
  });

  it("STO-1 tells label sets and breakdown dimensions apart", () => {
    const dictionary = new SeriesDictionary();
    const transaction = { name: "t", type: "request" };
    const each: Partial<Metricset>[] = [
      {},
      { tags: { a: "b" } },
      { transaction, span: { type: "app" } },
      { transaction, span: { type: "app", subtype: "x" } },
      { transaction: { name: "app", type: "request" }, span: { type: "t" } },
      { tags: { a: "b" }, transaction, span: { type: "app" } },
    ];
    const ids = each.map((more) => dictionary.seriesId(groupOf(dictionary, more), "m", NUMBER, true));
    expect(ids).toEqual([0, 1, 2, 3, 4, 5]);
    expect(each.map((more) => dictionary.seriesId(groupOf(dictionary, more), "m", NUMBER, true))).toEqual(ids);
  });

  it("STO-23 counts the text it holds, and the text of rows until a commit has carried them", () => {
    const dictionary = new SeriesDictionary();
    const tags = { label: "x".repeat(1000) };
    const group = groupOf(dictionary, { tags });
    expect(dictionary.characters).toBeGreaterThan(2000);
    expect(dictionary.unsavedCharacters).toBe(0);
    for (let index = 0; index < 10; index++) dictionary.seriesId(group, `m${index}`, NUMBER, true);
    const held = dictionary.characters;
    expect(held).toBeLessThan(4000);
    expect(dictionary.unsavedCharacters).toBeGreaterThan(10_000);
    dictionary.saved(10, dictionary.unsavedCharacters);
    expect(dictionary.unsavedCharacters).toBe(0);
    for (let index = 0; index < 10; index++) dictionary.seriesId(group, `m${index}`, NUMBER, true);
    expect([dictionary.characters, dictionary.unsaved.length]).toEqual([held, 0]);
  });

  it("STO-23 keeps no name or unit of more than 1,024 characters", () => {
    const dictionary = new SeriesDictionary();
    const group = groupOf(dictionary);
    expect(dictionary.seriesId(group, "x".repeat(1025), NUMBER, true)).toBe(TOO_LONG);
    expect(dictionary.seriesId(group, "m", { value: 1, unit: "x".repeat(1025) }, true)).toBe(TOO_LONG);
    expect(dictionary.seriesId(group, "x".repeat(1024), { value: 1, unit: "x".repeat(1024) }, true)).toBe(0);
    expect(dictionary.unsaved).toHaveLength(1);
  });

  it("STO-23 keeps 4 MiB of rows under one label set: one event could ask for gigabytes", () => {
    const dictionary = new SeriesDictionary();
    const tags = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, "x".repeat(1000)]));
    const group = groupOf(dictionary, { tags });
    const ids = Array.from({ length: 100 }, (_, index) => dictionary.seriesId(group, `m${index}`, NUMBER, true));
    const kept = ids.filter((id) => id !== TOO_LONG);
    expect(kept.length).toBeGreaterThan(35);
    expect(dictionary.unsavedCharacters).toBeLessThanOrEqual(4 * 1024 * 1024);
    // Those that are kept stay so, and others with labels of a usual size are not concerned.
    expect(dictionary.seriesId(group, "m0", NUMBER, true)).toBe(0);
    expect(dictionary.seriesId(groupOf(dictionary), "m99", NUMBER, true)).toBe(kept.length);
  });

  it("STO-23 takes 16 MiB of new rows from one batch, then from the next: a small body could ask for a gigabyte", () => {
    const dictionary = new SeriesDictionary();
    const limit = 16 * 1024 * 1024;
    const addBatch = (): number[] => {
      dictionary.beginBatch(senderOf(metadata), undefined);
      const groups = Array.from({ length: 20 }, (_, at) => groupOf(dictionary, { tags: { at, k: "x".repeat(8000) } }));
      return groups.flatMap((group) =>
        Array.from({ length: 500 }, (_, index) => dictionary.seriesId(group, `m${index}`, NUMBER, true)),
      );
    };
    const first = addBatch();
    const kept = first.filter((id) => id !== TOO_LONG).length;
    expect(kept).toBeGreaterThan(2000);
    expect(dictionary.unsavedCharacters).toBeLessThanOrEqual(limit);
    // What the first one brought is known; the second has room for more, whether or not a commit has been there.
    expect(addBatch().slice(0, kept)).toEqual(first.slice(0, kept));
    expect(dictionary.unsaved.length).toBeGreaterThan(1.9 * kept);
    expect(dictionary.unsavedCharacters).toBeLessThanOrEqual(2 * limit);
  });

  it("STO-23 counts label sets of which no sample was kept", () => {
    const dictionary = new SeriesDictionary();
    for (let index = 0; index < 50; index++) groupOf(dictionary, { tags: { index } });
    expect(dictionary.size).toBe(50);
  });
});
