import { describe, expect, it } from "vitest";
import type { SelfTimes } from "./self-times.js";
import type { Span } from "./span.js";
import { Tracer } from "./tracer.js";

/** Sums everything a tracer reports, as the sets do over one interval. */
class Recorder {
  readonly sums = new Map<string, { sumUs: number; count: number }>();
  readonly durations: [string, string, string, number][] = [];
  readonly tracer = new Tracer({
    breakdown: {
      addTransaction: (name: string, _type: string, sums: SelfTimes, selfTimeUs: number) => {
        for (const entry of sums.entries) this.add(`${name} ${entry.type}/${entry.subtype}`, entry.sumUs, entry.count);
        this.add(`${name} app/`, selfTimeUs, 1);
      },
    },
    transactions: {
      addDuration: (name, type, outcome, durationUs) => this.durations.push([name, type, outcome, durationUs]),
    },
  });

  private add(key: string, sumUs: number, count: number): void {
    const entry = this.sums.get(key) ?? { sumUs: 0, count: 0 };
    this.sums.set(key, { sumUs: entry.sumUs + sumUs, count: entry.count + count });
  }

  /** `app/: 20000 (1)` lines as in breakdown.md §3.6, and clears. */
  take(): string[] {
    const lines = [...this.sums].map(([key, entry]) => `${key}: ${entry.sumUs} (${entry.count})`).sort();
    this.sums.clear();
    return lines;
  }
}

/** All times of a scenario are milliseconds after this. */
const BASE = 1_700_000_000_000;

interface Timeline {
  recorder: Recorder;
  transaction(start: number, name?: string, type?: string): Span;
  child(parent: Span, start: number, type?: string, subtype?: string): Span;
  end(span: Span, at: number): void;
}

/** A scenario whose every time is given explicitly. */
function timeline(): Timeline {
  const recorder = new Recorder();
  return {
    recorder,
    transaction: (start, name = "t", type = "request") =>
      recorder.tracer.startTransaction(name, type, { startTime: BASE + start }),
    child: (parent, start, type = "db", subtype = type === "db" ? "mysql" : undefined) =>
      parent.startSpan("s", type, subtype, { startTime: BASE + start }),
    end: (span, at) => span.end(BASE + at),
  };
}

/** Runs children given as [start, end, type?, subtype?] under one transaction; starts and ends in the order of time. */
function flat(duration: number, children: [number, number, string?, string?][]): string[] {
  const { recorder, transaction, child, end } = timeline();
  const t = transaction(0);
  const events = children.flatMap(([from, to, type, subtype]) => {
    let span: Span;
    return [
      { at: from, order: 1, run: () => (span = child(t, from, type, subtype)) },
      { at: to, order: 0, run: () => end(span, to) },
    ];
  });
  events.push({ at: duration, order: 2, run: () => end(t, duration) as never });
  events.sort((a, b) => a.at - b.at || a.order - b.order);
  for (const event of events) event.run();
  return recorder.take();
}

describe("breakdown scenarios", () => {
  it("S1 BD-3 a transaction alone is app time", () => {
    expect(flat(30, [])).toEqual(["t app/: 30000 (1)"]);
  });
  it("S2 BD-10 BD-15 BD-20 a child takes its time from the transaction", () => {
    expect(flat(30, [[10, 20]])).toEqual(["t app/: 20000 (1)", "t db/mysql: 10000 (1)"]);
  });
  it("S3 BD-4 a span of type app shares the transaction's entry", () => {
    expect(flat(30, [[10, 20, "app"]])).toEqual(["t app/: 30000 (2)"]);
  });
  it("S4 parallel children are counted once in the parent", () => {
    const both: [number, number][] = [
      [10, 20],
      [10, 20],
    ];
    expect(flat(30, both)).toEqual(["t app/: 20000 (1)", "t db/mysql: 20000 (2)"]);
  });
  it("S5 overlapping children are counted once", () => {
    const overlapping: [number, number][] = [
      [10, 20],
      [15, 25],
    ];
    expect(flat(30, overlapping)).toEqual(["t app/: 15000 (1)", "t db/mysql: 20000 (2)"]);
  });
  it("S6 children back to back", () => {
    const adjacent: [number, number][] = [
      [5, 15],
      [15, 25],
    ];
    expect(flat(30, adjacent)).toEqual(["t app/: 10000 (1)", "t db/mysql: 20000 (2)"]);
  });
  it("S7 children with a gap", () => {
    const apart: [number, number][] = [
      [10, 15],
      [20, 25],
    ];
    expect(flat(30, apart)).toEqual(["t app/: 20000 (1)", "t db/mysql: 10000 (2)"]);
  });
  it("S8 BD-14 only direct children reduce a parent", () => {
    const { recorder, transaction, child, end } = timeline();
    const t = transaction(0);
    const template = child(t, 5, "template", "django");
    const first = child(template, 10);
    end(first, 15);
    const second = child(template, 15);
    end(second, 20);
    end(template, 20);
    end(t, 25);
    expect(recorder.take()).toEqual(["t app/: 10000 (1)", "t db/mysql: 10000 (2)", "t template/django: 5000 (1)"]);
  });
  it("S9 BD-16 D-BD-1 a child that outlives its parent span is cut at the parent's end", () => {
    const { recorder, transaction, child, end } = timeline();
    const t = transaction(0);
    const a = child(t, 10, "app");
    const db = child(a, 15);
    end(a, 20);
    end(db, 25);
    end(t, 30);
    expect(recorder.take()).toEqual(["t app/: 25000 (2)", "t db/mysql: 10000 (1)"]);
  });
  it("S10 BD-21 a span that outlives the transaction is cut there and never counted", () => {
    const { recorder, transaction, child, end } = timeline();
    const t = transaction(0);
    const a = child(t, 10, "app");
    end(t, 20);
    end(a, 30);
    expect(recorder.take()).toEqual(["t app/: 10000 (1)"]);
  });
  it("S11 the same for another type", () => {
    const { recorder, transaction, child, end } = timeline();
    const t = transaction(0);
    const db = child(t, 10);
    end(t, 20);
    end(db, 30);
    expect(recorder.take()).toEqual(["t app/: 10000 (1)"]);
  });
  it("S12 BD-22 a span started after the transaction is inert", () => {
    const { recorder, transaction, child, end } = timeline();
    const t = transaction(0);
    end(t, 10);
    const late = child(t, 20);
    end(late, 30);
    expect(late.isLive).toBe(false);
    expect(recorder.take()).toEqual(["t app/: 10000 (1)"]);
  });
  it("S14 six hundred short spans add up exactly", () => {
    const children = Array.from({ length: 600 }, (_, i): [number, number] => [5 + i / 100, 5 + (i + 1) / 100]);
    expect(flat(30, children)).toEqual(["t app/: 24000 (1)", "t db/mysql: 6000 (600)"]);
  });
  it("S15 BD-24 nested exit spans count each", () => {
    const { recorder, transaction, child, end } = timeline();
    const t = transaction(0);
    const db = child(t, 10);
    const http = child(db, 12, "external", "http");
    end(http, 28);
    end(db, 30);
    end(t, 40);
    expect(recorder.take()).toEqual(["t app/: 20000 (1)", "t db/mysql: 4000 (1)", "t external/http: 16000 (1)"]);
  });
  it("S16 three children", () => {
    const children: [number, number][] = [
      [5, 6],
      [7, 8],
      [9, 10],
    ];
    expect(flat(30, children)).toEqual(["t app/: 27000 (1)", "t db/mysql: 3000 (3)"]);
  });
  it("S18 BD-44 a span without a type is code/custom; transactions of one name add up", () => {
    const { recorder, transaction, end } = timeline();
    for (let i = 0; i < 2; i++) {
      const t = transaction(0);
      const span = t.startSpan("s", undefined, undefined, { startTime: BASE + 2 });
      end(span, 7);
      end(t, 10);
    }
    expect(recorder.take()).toEqual(["t app/: 10000 (2)", "t code/custom: 10000 (2)"]);
  });
  it("S19 transactions of two names are apart", () => {
    const { recorder, transaction, end } = timeline();
    end(transaction(0, "a"), 10);
    end(transaction(0, "b"), 10);
    expect(recorder.take()).toEqual(["a app/: 10000 (1)", "b app/: 10000 (1)"]);
  });
  it("S20 a fully covered transaction still counts", () => {
    expect(flat(30, [[0, 30]])).toEqual(["t app/: 0 (1)", "t db/mysql: 30000 (1)"]);
  });
  it("S21 three levels", () => {
    const { recorder, transaction, child, end } = timeline();
    const t = transaction(0);
    const a = child(t, 10, "x");
    const b = child(a, 15, "y");
    const c = child(b, 20, "z");
    end(c, 30);
    end(b, 35);
    end(a, 40);
    end(t, 50);
    expect(recorder.take()).toEqual(["t app/: 20000 (1)", "t x/: 10000 (1)", "t y/: 10000 (1)", "t z/: 10000 (1)"]);
  });
  it("S22 the union of three", () => {
    const children: [number, number][] = [
      [5, 20],
      [10, 25],
      [12, 15],
    ];
    expect(flat(30, children)).toEqual(["t app/: 10000 (1)", "t db/mysql: 33000 (3)"]);
  });
  it("S23 BD-40 BD-43 everything is reported when the transaction ends", () => {
    const { recorder, transaction, child, end } = timeline();
    const t = transaction(0);
    end(child(t, 5), 10);
    expect(recorder.take()).toEqual([]);
    end(t, 40);
    expect(recorder.take()).toEqual(["t app/: 35000 (1)", "t db/mysql: 5000 (1)"]);
  });
  it("S25 BD-41 the last name and type count", () => {
    const { recorder, transaction, end } = timeline();
    const t = transaction(0, "x");
    t.name = "y";
    t.type = "job";
    end(t, 10);
    expect(recorder.take()).toEqual(["y app/: 10000 (1)"]);
    expect(recorder.durations).toEqual([["y", "job", "unknown", 10_000]]);
  });
  it("S27 the Python agent's figures", () => {
    expect(flat(15_000, [[10_000, 15_000]])).toEqual(["t app/: 10000000 (1)", "t db/mysql: 5000000 (1)"]);
  });
  it("S28 parallel children of two types", () => {
    const children: [number, number, string, string][] = [
      [5, 15, "db", "mysql"],
      [5, 15, "cache", "redis"],
    ];
    const expected = ["t app/: 10000 (1)", "t cache/redis: 10000 (1)", "t db/mysql: 10000 (1)"];
    expect(flat(20, children)).toEqual(expected);
  });
  it("S29 BD-17 D-BD-2 self time is never negative", () => {
    const { recorder, transaction, child, end } = timeline();
    const t = transaction(0);
    end(child(t, 0), 25);
    end(t, 10);
    expect(recorder.take()).toEqual(["t app/: 0 (1)", "t db/mysql: 25000 (1)"]);
  });
  it("S30 BD-12 a cluster lasts to its latest end, not to the end called last", () => {
    const { recorder, transaction, child, end } = timeline();
    const t = transaction(0);
    const a = child(t, 10);
    const b = child(t, 12);
    end(a, 25);
    end(b, 18);
    end(t, 30);
    expect(recorder.take()).toEqual(["t app/: 15000 (1)", "t db/mysql: 21000 (2)"]);
  });
  it("S31 BD-11 BD-12 a cluster begins at its earliest start, not at the start called first", () => {
    const { recorder, transaction, child, end } = timeline();
    const t = transaction(0);
    const b = child(t, 15);
    const a = child(t, 10);
    end(b, 25);
    end(a, 20);
    end(t, 30);
    expect(recorder.take()).toEqual(["t app/: 15000 (1)", "t db/mysql: 20000 (2)"]);
  });
  it("S32 BD-12 a cluster is clipped to the parent's start", () => {
    const { recorder, transaction, child, end } = timeline();
    const t = transaction(0);
    end(child(t, -5), 10);
    end(t, 30);
    expect(recorder.take()).toEqual(["t app/: 20000 (1)", "t db/mysql: 15000 (1)"]);
  });
  it("S33 BD-13 a gap inside one open cluster is not seen", () => {
    const { recorder, transaction, child, end } = timeline();
    const t = transaction(0);
    const a = child(t, 10);
    const b = child(t, 20);
    end(b, 25);
    end(a, 15);
    end(t, 30);
    expect(recorder.take()).toEqual(["t app/: 15000 (1)", "t db/mysql: 10000 (2)"]);
  });
  it("S34 a transaction inside a transaction is not its child", () => {
    const { recorder, transaction, child, end } = timeline();
    const r = transaction(0, "R");
    const c = transaction(10, "C", "messaging");
    end(child(c, 12), 15);
    end(c, 20);
    end(r, 30);
    expect(recorder.take()).toEqual(["C app/: 7000 (1)", "C db/mysql: 3000 (1)", "R app/: 30000 (1)"]);
  });
  it("S35 BD-32 a second end is ignored", () => {
    const { recorder, transaction, child, end } = timeline();
    const t = transaction(0);
    const db = child(t, 10);
    end(db, 20);
    end(db, 25);
    end(t, 30);
    end(t, 35);
    expect(recorder.take()).toEqual(["t app/: 20000 (1)", "t db/mysql: 10000 (1)"]);
    expect(recorder.durations).toHaveLength(1);
  });
  it("cuts a child that ended explicitly after the parent's explicit end, in every cluster", () => {
    const { recorder, transaction, child, end } = timeline();
    const t = transaction(0);
    end(child(t, 5), 10);
    end(child(t, 25), 40);
    end(child(t, 50), 60);
    end(t, 30);
    expect(recorder.take()).toEqual(["t app/: 20000 (1)", "t db/mysql: 30000 (3)"]);
  });
  it("BD-13 counts clusters once that overlap though one closed before the other opened", () => {
    const { recorder, transaction, child, end } = timeline();
    const t = transaction(0);
    end(child(t, 10), 20);
    end(child(t, 12), 25);
    end(child(t, 5), 11);
    end(t, 30);
    expect(recorder.take()).toEqual(["t app/: 10000 (1)", "t db/mysql: 29000 (3)"]);
  });
});

describe("tracer", () => {
  it("BD-42 reports a missing name as the empty string", () => {
    const recorder = new Recorder();
    recorder.tracer.startTransaction(undefined as never, "job").end();
    expect([...recorder.sums.keys()]).toEqual([" app/"]);
  });

  it("BD-44 splits dotted types", () => {
    const recorder = new Recorder();
    recorder.tracer.withTransaction("t", "job", (transaction) => {
      transaction.startSpan("s", "db.mysql").end();
      transaction.startSpan("s", "db.mysql.query.deep").end();
      transaction.startSpan("s", "db.mysql", "x").end();
      recorder.tracer.withSpan("s", "ext.http.get", () => {});
    });
    const counts = [...recorder.sums].map(([key, { count }]) => `${key} ${count}`).sort();
    expect(counts).toEqual(["t app/ 1", "t db.mysql/x 1", "t db/mysql 2", "t ext/http 1"]);
  });

  it("BD-29 measures nothing while not recording, and nothing below", () => {
    const tracer = new Tracer({
      breakdown: { addTransaction: () => expect.unreachable() },
      isRecording: () => false,
    });
    tracer.withTransaction("t", "job", (transaction) => {
      expect(transaction.startSpan("s")).toHaveProperty("isLive", false);
      expect(tracer.withSpan("s", "db", () => 7)).toBe(7);
    });
  });

  it("BD-45 tracks no span without the breakdown set", () => {
    const durations: number[] = [];
    const tracer = new Tracer({ transactions: { addDuration: (_n, _t, _o, us) => durations.push(us) } });
    const transaction = tracer.startTransaction("t", "job");
    expect(transaction.startSpan("s", "db").isLive).toBe(false);
    transaction.end();
    expect(durations).toHaveLength(1);
  });

  it("TR-4 keeps a synchronous function synchronous and ends a promise when it settles", async () => {
    const recorder = new Recorder();
    expect(recorder.tracer.withTransaction("sync", "job", () => 3)).toBe(3);
    let release = () => {};
    const running = recorder.tracer.withTransaction("async", "job", async (transaction) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      transaction.name = "renamed";
      return 4;
    });
    expect(recorder.durations.map(([name]) => name)).toEqual(["sync"]);
    release();
    expect(await running).toBe(4);
    expect(recorder.durations.map(([name, , outcome]) => [name, outcome])).toEqual([
      ["sync", "success"],
      ["renamed", "success"],
    ]);
  });

  it("TR-4 gives a thenable of the application's own back as it is, runs it when it is awaited, and measures that", async () => {
    const recorder = new Recorder();
    const { tracer } = recorder;
    let runs = 0;
    const builder: { where(): unknown } = { where: () => builder };
    // By name, as lint forbids the plain property: a query builder is one that has it all the same.
    Reflect.set(builder, ["th", "en"].join(""), (resolved: (value: string) => unknown) => {
      runs++;
      return Promise.resolve("rows").then(resolved);
    });
    await tracer.withTransaction("t", "request", async () => {
      const query = tracer.withSpan("SELECT", "db", "mysql", () => [builder])[0];
      expect(query).toBe(builder);
      const measured = tracer.withSpan("SELECT", "cache", "redis", () => builder);
      expect(measured.where()).toBe(builder);
      expect(runs).toBe(0);
      expect(await measured).toBe("rows");
    });
    expect(runs).toBe(1);
    expect(recorder.take().map((line) => line.replace(/: .*\(/, " ("))).toEqual([
      "t app/ (1)",
      "t cache/redis (1)",
      "t db/mysql (1)",
    ]);
  });

  it("ends on a throw and on a rejection with outcome failure, and passes the error on", async () => {
    const recorder = new Recorder();
    const error = new Error("broken");
    expect(() =>
      recorder.tracer.withTransaction("sync", "job", () => {
        throw error;
      }),
    ).toThrow(error);
    await expect(recorder.tracer.withTransaction("async", "job", () => Promise.reject(error))).rejects.toBe(error);
    expect(recorder.durations.map(([name, , outcome]) => [name, outcome])).toEqual([
      ["sync", "failure"],
      ["async", "failure"],
    ]);
  });

  it("ends with `using` and ignores times that are no numbers", () => {
    const recorder = new Recorder();
    {
      using transaction = recorder.tracer.startTransaction("t", "job", { startTime: Number.NaN });
      using _span = transaction.startSpan("s", "db", "mysql", { startTime: "x" as never });
    }
    expect([...recorder.sums.values()].map((entry) => entry.count)).toEqual([1, 1]);
    // A time that is no number would be since 1970.
    for (const { sumUs } of recorder.sums.values()) expect(sumUs).toBeLessThan(60e6);
  });
});
