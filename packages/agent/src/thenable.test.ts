import vm from "node:vm";
import { describe, expect, it } from "vitest";
import { isThenable, onSettled, type Thenable } from "./thenable.js";

/** By name, as lint forbids the plain property: a query builder is one that has it all the same. */
const THEN = ["th", "en"].join("");

/** A query builder: it runs `query` each time it is awaited. */
class Builder {
  readonly table: string;

  constructor(table: string, query: () => Promise<unknown>) {
    this.table = table;
    Reflect.set(this, `${THEN}Query`, query);
  }

  where(): this {
    return this;
  }
}
Reflect.defineProperty(Builder.prototype, THEN, {
  configurable: true,
  writable: true,
  value(this: Builder, resolved: never, rejected: never) {
    return (Reflect.get(this, `${THEN}Query`) as () => Promise<unknown>)().then(resolved, rejected);
  },
});

const builder = (query: () => Promise<unknown>): Builder & Thenable => new Builder("t", query) as Builder & Thenable;

describe("isThenable", () => {
  it("tells what has a then, and does not throw where that cannot be read", () => {
    const hostile = new Proxy(
      {},
      {
        get() {
          throw new Error("not now");
        },
      },
    );
    const callable = Object.assign(() => {}, { [THEN]: () => {} });
    for (const value of [Promise.resolve(), builder(async () => 1), callable]) expect(isThenable(value)).toBe(true);
    for (const value of [undefined, null, 5, "then", {}, { [THEN]: 5 }, () => {}, hostile])
      expect(isThenable(value)).toBe(false);
  });
});

describe("onSettled", () => {
  const record = (): { ends: boolean[]; over: (failed: boolean) => void } => {
    const ends: boolean[] = [];
    return { ends, over: (failed) => ends.push(failed) };
  };

  it("API-22 gives back a promise for a native one, with its value or its error", async () => {
    const { ends, over } = record();
    const error = new Error("late");
    const first = onSettled(Promise.resolve(6), over);
    expect(ends).toEqual([]);
    expect(await first).toBe(6);
    await expect(onSettled(Promise.reject(error), over)).rejects.toBe(error);
    expect(ends).toEqual([false, true]);
  });

  it("API-22 waits for a promise of another realm, which asks no replaced then when it is awaited there", async () => {
    const { ends, over } = record();
    const realm = vm.createContext({});
    const foreign = vm.runInContext("Promise.resolve(6)", realm) as Promise<number>;
    expect(foreign instanceof Promise).toBe(false);
    realm.measured = onSettled(foreign, over);
    expect(await vm.runInContext("(async () => await measured)()", realm)).toBe(6);
    expect(ends).toEqual([false]);
  });

  it("TR-4 gives any other thenable back as it is, runs it once it is awaited, and tells then", async () => {
    const { ends, over } = record();
    let runs = 0;
    const query = builder(async () => ++runs);
    const measured = onSettled(query, over);
    expect(measured).toBe(query);
    expect(measured.where().table).toBe("t");
    await new Promise(setImmediate);
    expect([runs, ends]).toEqual([0, []]);
    expect(await measured).toBe(1);
    expect(ends).toEqual([false]);
    // A builder runs anew each time; what was measured is the first run.
    expect(await measured).toBe(2);
    expect(ends).toEqual([false]);
  });

  it("TR-4 tells of a failure, whoever hears of it", async () => {
    const { ends, over } = record();
    const error = new Error("no such table");
    await expect(
      onSettled(
        builder(() => Promise.reject(error)),
        over,
      ),
    ).rejects.toBe(error);
    const handled = onSettled(
      builder(() => Promise.reject(error)),
      over,
    );
    expect(await handled.then(undefined, (reason) => [reason])).toEqual([error]);
    expect(ends).toEqual([true, true]);
  });

  it("runs the then of the thenable inside what it was given", async () => {
    const inside: string[] = [];
    const query = builder(async () => inside.push("query"));
    await onSettled(
      query,
      () => inside.push("over"),
      (call) => {
        inside.push("enter");
        const result = call();
        inside.push("leave");
        return result;
      },
    );
    expect(inside).toEqual(["enter", "query", "leave", "over"]);
  });

  it("takes its then away again, also after many at once: a long-lived thenable carries no chain of them", async () => {
    const { ends, over } = record();
    const query = builder(async () => 1);
    for (let round = 0; round < 3; round++) {
      const pending = Array.from({ length: 50 }, () => onSettled(query, over));
      await Promise.all(pending);
      expect(Object.hasOwn(query, THEN)).toBe(false);
    }
    expect(ends).toHaveLength(150);
    const own = { [THEN]: (resolved: (value: number) => void) => resolved(5) } as unknown as Thenable;
    const prior = Reflect.get(own, THEN);
    expect(await onSettled(own, over)).toBe(5);
    expect(Reflect.get(own, THEN)).toBe(prior);
  });

  it("is over at once for one that takes no new then, and never throws", async () => {
    const { ends, over } = record();
    const frozen = Object.freeze(builder(async () => 1));
    expect(onSettled(frozen, over)).toBe(frozen);
    const closed = new Proxy(
      builder(async () => 2),
      {
        set() {
          throw new Error("read only");
        },
      },
    );
    expect(await onSettled(closed, over)).toBe(2);
    expect(ends).toEqual([false, false]);
    // One that says it let go of the new then, and did not.
    const sticky = new Proxy(
      builder(async () => 3),
      { deleteProperty: () => true },
    );
    expect(await onSettled(sticky, over)).toBe(3);
    expect(ends).toHaveLength(3);
  });
});
