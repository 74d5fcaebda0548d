import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Metricset } from "@tidegauge/protocol";
import { afterEach, describe, expect, it, vi } from "vitest";
import { RecordingLogger } from "./logging/recording-logger.testing.js";
import { MetricSet } from "./metricset.js";
import { MetricsRegistry } from "./registry.js";
import { testRegistry } from "./registry.testing.js";
import { RecordingTransport } from "./testing/recording-transport.js";

describe("a collection", () => {
  it("REG-67 does nothing and resets nothing while the client does not record", async () => {
    let recording = false;
    const { set, collect } = testRegistry({ isRecording: () => recording });
    const counter = set.counter("c", {}, { resetOnCollect: true }).inc(3);
    expect(await collect()).toEqual([]);
    expect(counter.val).toBe(3);
    recording = true;
    expect(await collect()).toHaveLength(1);
  });

  it("REG-67 takes the sets in the order of registration", async () => {
    const { registry, set, collect } = testRegistry();
    class B extends MetricSet {}
    registry.register(B).counter("b").inc();
    set.counter("a").inc();
    expect((await collect()).map((payload) => Object.keys(payload.samples)[0])).toEqual(["a", "b"]);
  });

  it("REG-68 collects and resets with disable_send, and queues nothing", async () => {
    const { set, collect, transport } = testRegistry({ disableSend: true });
    const counter = set.counter("c", {}, { resetOnCollect: true }).inc(3);
    expect(await collect()).toEqual([]);
    expect(counter.val).toBe(0);
    expect(transport.stats().recorded).toBe(0);
  });

  it("REG-69 REG-70 D-REG-7 an error of one set is logged with its name, the others are collected, and it is tried again", async () => {
    const { registry, logger, collect } = testRegistry();
    let fails = true;
    class First extends MetricSet {
      override async beforeCollect(): Promise<void> {
        if (fails) throw new Error("no queue");
      }
    }
    class Second extends MetricSet {}
    const first = registry.register(First);
    const counter = first.counter("one", {}, { resetOnCollect: true }).inc();
    registry.register(Second).counter("two").inc();
    expect((await collect()).map((payload) => Object.keys(payload.samples)[0])).toEqual(["two"]);
    expect(counter.val).toBe(1);
    expect(logger.of("error")).toHaveLength(1);
    expect(logger.of("error")[0]).toMatch(/metric set First .*no queue/s);
    fails = false;
    expect((await collect()).map((payload) => Object.keys(payload.samples)[0])).toEqual(["one", "two"]);
  });

  it("leaves out a set whose beforeCollect takes too long, and does not call it again while it still runs", async () => {
    const { registry, logger, collect } = testRegistry({ beforeCollectLimitMs: 30 });
    let calls = 0;
    let finish: () => void = () => {};
    class Stuck extends MetricSet {
      override beforeCollect(): Promise<void> {
        calls++;
        return new Promise((resolve) => {
          finish = resolve;
        });
      }
    }
    registry.register(Stuck).counter("stuck").inc();
    class Fine extends MetricSet {}
    registry.register(Fine).counter("fine").inc();
    expect(await collect()).toHaveLength(1);
    expect(await collect()).toHaveLength(1);
    expect(calls).toBe(1);
    expect(logger.of("error")[0]).toContain("took longer than 30 ms");
    const third = collect();
    setTimeout(finish, 5);
    expect(await third).toHaveLength(2);
  });

  it("uses a set's own collect()", async () => {
    const { registry, collect } = testRegistry();
    class Own extends MetricSet {
      override async *collect(): AsyncGenerator<Metricset, void, undefined> {
        yield { samples: { a: { value: 1 } }, timestamp: 5 };
        yield { samples: { bad: { value: Number.NaN } }, timestamp: 6 };
        yield { samples: { b: { value: 2 } }, timestamp: 7, tags: { n: 1 } };
      }
    }
    registry.register(Own);
    expect((await collect()).map((payload) => payload.timestamp)).toEqual([5, 7]);
  });

  it("a set whose own collect() is given up still gets its later series collected", async () => {
    const { registry, collect } = testRegistry({ beforeCollectLimitMs: 20 });
    let hangs = true;
    class Slow extends MetricSet {
      override async *collect(): AsyncGenerator<Metricset, void, undefined> {
        for (const payload of this.payloads()) {
          if (hangs) await new Promise((resolve) => setTimeout(resolve, 60));
          yield payload;
        }
      }
    }
    const slow = registry.register(Slow);
    slow.counter("a", { n: 1 }).inc();
    expect(await collect()).toEqual([]);
    hangs = false;
    await expect.poll(() => slow.table.isWalking).toBe(false);
    slow.counter("a", { n: 2 }).inc();
    expect(await collect()).toHaveLength(2);
  });

  it("API-15 called while one runs it waits for that one and then runs once, however often it was called", async () => {
    const { registry } = testRegistry();
    let rounds = 0;
    let open = 0;
    class Counts extends MetricSet {
      override async beforeCollect(): Promise<void> {
        expect(++open).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 5));
        rounds++;
        open--;
      }
    }
    registry.register(Counts);
    await Promise.all([registry.collect(), registry.collect(), registry.collect(), registry.collect()]);
    expect(rounds).toBe(2);
  });

  it("drops a metricset no server would take, counted as tooLarge", async () => {
    const { set, transport, collect, logger } = testRegistry({ seriesLimit: 10_000 });
    for (let index = 0; index < 8000; index++) set.counter(`a_rather_long_metric_name_number_${index}`).inc();
    set.counter("small", { l: 1 }).inc();
    expect(await collect()).toHaveLength(1);
    expect(transport.stats()).toMatchObject({ recorded: 2, accepted: 1, dropped: { tooLarge: 1 } });
    expect(logger.of("warn")).toHaveLength(1);
  });

  it("collectSync takes present values of sets that read nothing first", () => {
    const { registry, set, transport } = testRegistry();
    class Reads extends MetricSet {
      override beforeCollect(): void {
        this.gauge("g").set(1);
      }
    }
    registry.register(Reads).counter("c").inc();
    set.counter("a", {}, { resetOnCollect: true }).inc();
    registry.collectSync();
    expect(transport.metricsets.map((payload) => Object.keys(payload.samples))).toEqual([["a"]]);
    expect(set.counter("a").val).toBe(0);
  });
});

describe("a large collection", () => {
  it("lets others run in between, and neither loses nor doubles what is recorded meanwhile", async () => {
    const transport = new RecordingTransport();
    const registry = new MetricsRegistry({ transport, logger: new RecordingLogger(), seriesLimit: 100_000 });
    const set = registry.register(MetricSet);
    const handles = Array.from({ length: 30_000 }, (_, id) =>
      set.counter("c", { id, kind: id % 7 }, { resetOnCollect: true }),
    );
    const timers = Array.from({ length: 5000 }, (_, id) =>
      set.timer("t", { id, kind: id % 7 }, { resetOnCollect: true }),
    );
    let turns = 0;
    let written = 0;
    let collecting = true;
    const write = (): void => {
      turns++;
      for (let index = 0; index < 500; index++) {
        handles[(turns * 131 + index * 61) % handles.length]?.inc(2);
        timers[(turns * 17 + index * 61) % timers.length]?.update(3);
        written++;
      }
      if (collecting) setImmediate(write);
    };
    write();
    for (let round = 0; round < 3; round++) await registry.collect();
    collecting = false;
    // The last turn has written before the collection that everything is to be in.
    await new Promise((resolve) => setTimeout(resolve, 10));
    await registry.collect();
    // Many more turns than there were collections: the loop was not held.
    expect(turns).toBeGreaterThan(15);
    const sum = (name: string): number =>
      transport.metricsets.reduce((all, payload) => all + (payload.samples[name]?.value ?? 0), 0);
    expect(sum("c")).toBe(written * 2);
    expect(sum("t.sum")).toBe(written * 3);
    expect(sum("t.count")).toBe(written);
  });

  it("hands the transport chunks of whole lines, not one buffer of everything", async () => {
    const chunks: { bytes: number; count: number; lines: number }[] = [];
    class Chunks extends RecordingTransport {
      override queue(lines: Uint8Array, count: number): void {
        expect(lines.at(-1)).toBe(10);
        chunks.push({ bytes: lines.length, count, lines: new TextDecoder().decode(lines).split("\n").length - 1 });
      }
    }
    const registry = new MetricsRegistry({
      transport: new Chunks(),
      logger: new RecordingLogger(),
      seriesLimit: 50_000,
    });
    const set = registry.register(MetricSet);
    for (let id = 0; id < 20_000; id++) set.counter("c", { id });
    await registry.collect();
    expect(chunks.reduce((sum, chunk) => sum + chunk.count, 0)).toBe(20_000);
    for (const chunk of chunks) {
      expect(chunk.count).toBe(chunk.lines);
      expect(chunk.bytes).toBeLessThan(64 * 1024);
    }
  });

  it("does not hold the loop with 100,000 series as it would in one piece", async () => {
    const registry = new MetricsRegistry({
      transport: {
        queue() {},
        drop() {},
        async flush() {},
        async close() {},
        stats: () => new RecordingTransport().stats(),
      },
      logger: new RecordingLogger(),
      seriesLimit: 200_000,
    });
    const set = registry.register(MetricSet);
    for (let id = 0; id < 100_000; id++) set.counter("c", { id });
    await registry.collect();
    const yields = vi.spyOn(globalThis, "setImmediate");
    await registry.collect();
    expect(yields.mock.calls.length).toBeGreaterThan(5);
    yields.mockRestore();
  });
});

/** A whole collection of garbage, without which the heap's size says when the last one was. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

describe("memory at any cardinality", () => {
  const sets = process.env.TIDEGAUGE_SOAK === "1" ? 10_000_000 : 500_000;

  it(`REG-37 REG-40 ${sets.toLocaleString("en")} different label sets leave memory flat and the total exact`, async () => {
    const { set, collect } = testRegistry();
    set.counter("c", { id: "first" });
    const record = (from: number, to: number): void => {
      for (let id = from; id < to; id++) set.counter("c", { id: `id-${id}`, user: id % 1000 }).inc();
    };
    record(0, 50_000);
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    record(50_000, sets);
    collectGarbage();
    // A refused set that were kept would take 100 bytes and more: 45 MB and up.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(25e6);
    expect(set.table.series.flat()).toHaveLength(1001);
    const total = (await collect()).reduce((sum, payload) => sum + (payload.samples.c?.value ?? 0), 0);
    expect(total).toBe(sets);
  }, 600_000);
});

describe("the timer", () => {
  afterEach(() => vi.useRealTimers());

  const timed = (
    intervalMs: number,
    workMs = 0,
  ): { registry: MetricsRegistry; starts: number[]; state: { fails: boolean } } => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
    const starts: number[] = [];
    const state = { fails: false };
    const { registry } = testRegistry({ intervalMs, beforeCollectLimitMs: 1e9 });
    const began = performance.now();
    class Works extends MetricSet {
      override async beforeCollect(): Promise<void> {
        starts.push(Math.round(performance.now() - began));
        if (state.fails) throw new Error("fails");
        if (workMs > 0) await new Promise((resolve) => setTimeout(resolve, workMs));
      }
    }
    registry.register(Works);
    return { registry, starts, state };
  };

  it("REG-80 REG-82 first collects one whole interval after the start, then each interval", async () => {
    const { registry, starts } = timed(30_000);
    expect(registry.collectInterval).toBe(30);
    registry.start();
    registry.start();
    await vi.advanceTimersByTimeAsync(29_999);
    expect(starts).toEqual([]);
    await vi.advanceTimersByTimeAsync(60_001);
    expect(starts).toEqual([30_000, 60_000, 90_000]);
    expect(testRegistry().registry.collectInterval).toBe(30);
  });

  it("REG-80 REG-87 with interval 0 there is no timer and no final collection, but collect() works", async () => {
    const { registry, starts } = timed(0);
    registry.start();
    await vi.advanceTimersByTimeAsync(120_000);
    await registry.stop();
    expect(starts).toEqual([]);
    await registry.collect();
    expect(starts).toHaveLength(1);
  });

  it("REG-83 subtracts the time a collection took, and never overlaps", async () => {
    const { registry, starts } = timed(10_000, 4_000);
    registry.start();
    await vi.advanceTimersByTimeAsync(41_000);
    expect(starts).toEqual([10_000, 20_000, 30_000, 40_000]);
  });

  it("REG-83 starts the next one at once when one took longer than the interval", async () => {
    const { registry, starts } = timed(1_000, 2_500);
    registry.start();
    await vi.advanceTimersByTimeAsync(7_000);
    // A Node timer waits at least 1 ms.
    expect(starts.map((at) => Math.floor(at / 10) * 10)).toEqual([1_000, 3_500, 6_000]);
  });

  it("REG-85 goes on after a collection that failed", async () => {
    const { registry, starts, state } = timed(1_000);
    state.fails = true;
    registry.start();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(starts).toHaveLength(3);
  });

  it("REG-86 takes a changed interval at once; 0 stops without a final collection, and a change from 0 starts", async () => {
    const { registry, starts } = timed(30_000);
    registry.start();
    await vi.advanceTimersByTimeAsync(20_000);
    registry.setInterval(5_000);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(starts).toEqual([25_000, 30_000]);
    registry.setInterval(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(starts).toHaveLength(2);
    registry.setInterval(1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(starts).toHaveLength(3);
    await registry.stop();
    expect(starts).toHaveLength(4);
  });

  it("REG-87 stop collects once more, once, and only when the timer ran", async () => {
    const { registry, starts } = timed(30_000);
    await registry.stop();
    expect(starts).toEqual([]);
    registry.start();
    await registry.stop();
    await registry.stop();
    expect(starts).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(90_000);
    expect(starts).toHaveLength(1);
  });

  it("REG-89 D-REG-8 stop waits for a running collection, then makes the final one", async () => {
    const { registry, starts } = timed(1_000, 500);
    registry.start();
    await vi.advanceTimersByTimeAsync(1_100);
    const stopped = registry.stop();
    await vi.advanceTimersByTimeAsync(2_000);
    await stopped;
    expect(starts).toEqual([1_000, 1_500]);
  });
});
