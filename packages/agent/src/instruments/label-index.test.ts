import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { testRegistry } from "../registry.testing.js";
import { LabelIndex } from "./label-index.js";
import type { Labels } from "./labels.js";

/** Few different characters, so that values which only differ in where a separator stands do come up. */
const text = fc.string({ unit: fc.constantFrom("a", "1", "|", ",", '"', ":", "\u0000", "="), maxLength: 4 });
const labelSets = fc.array(
  fc.dictionary(text, fc.oneof(text, fc.integer({ min: 0, max: 3 }), fc.boolean()), { maxKeys: 4 }),
  {
    minLength: 2,
    maxLength: 30,
  },
);

const canonical = (labels: Labels): string =>
  JSON.stringify(
    Object.keys(labels)
      .sort()
      .map((key) => [key, String(labels[key])]),
  );

describe("label index", () => {
  it("REG-24 two different label sets never share a series, and equal ones always do, in any order", () => {
    fc.assert(
      fc.property(labelSets, (sets) => {
        const index = new LabelIndex();
        const known = new Map<string, unknown>();
        for (const labels of sets) {
          const key = canonical(labels);
          const turned = Object.fromEntries(Object.entries(labels).reverse());
          expect(index.find(labels) !== undefined).toBe(known.has(key) || Object.keys(labels).length === 0);
          const found = index.ensure(labels);
          expect(index.ensure(turned)).toBe(found);
          expect(index.find(turned)).toBe(found);
          if (known.has(key)) expect(known.get(key)).toBe(found);
          for (const [other, set] of known) if (other !== key) expect(set).not.toBe(found);
          known.set(key, found);
          const values = Object.fromEntries(found.keys.map((name, at) => [name, found.values()[at]]));
          expect(canonical(values as Labels)).toBe(key);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("REG-24 the joined-separator trap: a=1|2,b=3 is not a=1,b=2|3", async () => {
    const { set, collect } = testRegistry();
    set.counter("x", { a: "1|2", b: "3" }).inc(1);
    set.counter("x", { a: "1", b: "2|3" }).inc(2);
    expect((await collect()).map((payload) => payload.samples.x?.value)).toEqual([1, 2]);
  });

  it("REG-25 REG-26 D-REG-2 API-21 makes strings of numbers, booleans and bigints, and leaves null and undefined out", async () => {
    const { set, collect } = testRegistry();
    set.counter("x", { n: 1, f: 0.5, b: true, big: 12345678901234567890n, none: null, not: undefined }).inc();
    expect(set.counter("x", { n: "1", f: "0.5", b: "true", big: "12345678901234567890" }).val).toBe(1);
    expect((await collect())[0]?.tags).toEqual({ n: "1", f: "0.5", b: "true", big: "12345678901234567890" });
  });

  it("REG-27 does not alter keys", async () => {
    const { set, collect } = testRegistry();
    set.counter("x", { 'a.b*c"d': "v", name: "n", unit: "u" }).inc();
    expect((await collect())[0]?.tags).toEqual({ 'a.b*c"d': "v", name: "n", unit: "u" });
  });

  it("REG-28 D-REG-3 cuts long values when they are sent, and still tells them apart", async () => {
    const { set, collect } = testRegistry();
    set.counter("x", { v: `${"😀".repeat(1024)}a` }).inc(1);
    set.counter("x", { v: `${"😀".repeat(1024)}b` }).inc(2);
    set.counter("x", { v: "y".repeat(1024) }).inc(3);
    const sent = await collect();
    expect(sent.map((payload) => payload.samples.x?.value)).toEqual([1, 2, 3]);
    expect(sent.map((payload) => payload.tags?.v)).toEqual([
      `${"😀".repeat(1023)}…`,
      `${"😀".repeat(1023)}…`,
      "y".repeat(1024),
    ]);
  });

  it("REG-46 takes __proto__ as a label like any other", async () => {
    const { set, collect } = testRegistry();
    set.counter("x", JSON.parse('{"__proto__":"p","a":"b"}') as Labels).inc(3);
    set.counter("x", { a: "b" }).inc(4);
    const sent = await collect();
    expect(JSON.stringify(sent[0]?.tags)).toBe('{"__proto__":"p","a":"b"}');
    expect(sent[1]?.tags).toEqual({ a: "b" });
  });

  it("copies the labels: changing the caller's object later changes nothing", async () => {
    const { set, collect } = testRegistry();
    const labels = { a: "1" };
    const counter = set.counter("x", labels).inc();
    labels.a = "2";
    expect(set.counter("x", { a: "1" })).toBe(counter);
    expect((await collect())[0]?.tags).toEqual({ a: "1" });
  });

  it("REG-24 takes inherited labels as its own, whatever was asked for before", async () => {
    const derived = (): Labels => Object.assign(Object.create({ a: "1", none: null, method() {} }), { b: "2" });
    const { set, collect, logger } = testRegistry();
    const counter = set.counter("x", derived()).inc();
    expect(set.counter("x", { b: "2", a: "1" }).inc()).toBe(counter);
    expect(set.counter("x", { a: "1", b: "2" }).inc()).toBe(counter);
    expect(set.counter("x", derived()).inc()).toBe(counter);
    expect((await collect()).map(({ tags }) => tags)).toEqual([{ b: "2", a: "1" }]);
    expect(counter.val).toBe(4);
    // A method is no mistake in a label.
    expect(logger.of("warn")).toEqual([]);
    // The same where a label has to be left out.
    const broken = Object.defineProperty(derived(), "c", {
      enumerable: true,
      get() {
        throw new Error("not now");
      },
    });
    expect(set.counter("x", broken)).toBe(counter);
    expect(set.counter("y", broken)).toBe(set.counter("y", derived()));
  });

  it("leaves out a label whose value is no label value, counted and logged once", async () => {
    const { set, collect, logger } = testRegistry();
    set.counter("x", { a: "1", bad: {} as unknown as string, worse: Symbol("s") as unknown as string }).inc();
    expect((await collect())[0]?.tags).toEqual({ a: "1" });
    expect(set.table.badWrites).toBe(2);
    expect(logger.of("warn")).toHaveLength(1);
  });

  it("forgets what led to a removed label set, and finds it again when it comes back", () => {
    const index = new LabelIndex();
    const one = index.ensure({ a: "1", b: "2" });
    const two = index.ensure({ a: "1", b: "3" });
    index.remove(one);
    expect(index.find({ a: "1", b: "2" })).toBeUndefined();
    expect(index.find({ b: "3", a: "1" })).toBe(two);
    index.remove(two);
    expect(index.find({ a: "1", b: "3" })).toBeUndefined();
    expect(index.ensure({ b: "3", a: "1" }).keys).toEqual(["b", "a"]);
    expect(index.find({ a: "1", b: "3" })).toBe(index.ensure({ a: "1", b: "3" }));
  });

  it("survives callers that use very many orders of keys", () => {
    const index = new LabelIndex();
    const set = index.ensure({ a: "1", b: "2", c: "3", d: "4", e: "5", f: "6" });
    const entries = Object.entries({ a: "1", b: "2", c: "3", d: "4", e: "5", f: "6" });
    const permute = (rest: [string, string][], done: [string, string][]): void => {
      if (rest.length === 0) expect(index.find(Object.fromEntries(done))).toBe(set);
      for (const [at, entry] of rest.entries()) permute(rest.toSpliced(at, 1), [...done, entry]);
    };
    permute(entries, []);
  });
});
