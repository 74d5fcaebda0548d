import type { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { batchOf, metricsetAt, scanOf, temporaryDirectory } from "../batch.testing.js";
import { openStore, type Store } from "../store.js";

const T = Date.UTC(2026, 4, 5, 12);
const SECOND_MS = 1000;
let directory: ReturnType<typeof temporaryDirectory>;
let store: Store;
/** The store's threads, in the order of their start. */
let threads: Worker[];
const messages: string[] = [];
const onWorker = (worker: Worker): void => {
  threads.push(worker);
};

beforeEach(async () => {
  directory = temporaryDirectory();
  threads = [];
  messages.length = 0;
  process.on("worker", onWorker);
  store = await openStore({
    dataDir: directory.path,
    retentionMs: 0,
    maintenanceMs: 0,
    logger: { log: (_level, message) => messages.push(message) },
  });
});
afterEach(async () => {
  process.off("worker", onWorker);
  await store.close();
  directory.remove();
});

const batch = (sequence: number) =>
  batchOf([metricsetAt(T + sequence * SECOND_MS, { m: { value: 1, temporality: "delta" } })], {
    batchId: `p1:${sequence}`,
  });

/** An error that nobody in the thread expects. */
const fail = (): void => threads.at(-1)?.postMessage(null);

const running = () => vi.waitFor(() => expect(store.ready()).toEqual({ ready: true }), { timeout: 20_000 });

async function times(count: number): Promise<number[]> {
  const { series } = await store.scan(
    scanOf({ metric: "m", fromMs: T, toMs: T + count * SECOND_MS, stepMs: SECOND_MS, aggregation: "sum" }),
  );
  return [...(series[0]?.values ?? [])];
}

describe("the store's thread", () => {
  it("D-SRV-5 W-90 is started again when it fails: writes are refused meanwhile, and nothing is lost or stored twice", async () => {
    await store.write(batch(0));
    await store.write(batch(1));
    fail();
    await vi.waitFor(() => expect(store.ready()).toMatchObject({ ready: false, reason: /restarted/ }), 20_000);
    await expect(store.write(batch(2))).rejects.toMatchObject({ code: "OUTPUT_UNAVAILABLE", status: 503 });
    await running();
    expect(threads).toHaveLength(2);
    expect(await store.write(batch(2))).toMatchObject({ repeated: false });
    expect(await store.write(batch(1))).toMatchObject({ repeated: true });
    expect(await times(4)).toEqual([1, 1, 1, Number.NaN]);
    expect(store.figures().find(({ name }) => name === "tidegauge_store_restarts_total")?.values).toEqual([["", 1]]);
    expect(messages.filter((message) => message.startsWith("the store's thread failed: TypeError"))).toHaveLength(1);
  });

  it("W-90 keeps every batch once, however often it fails under load", async () => {
    const acknowledged = new Set<number>();
    let next = 0;
    let stop = false;
    const sender = async (): Promise<void> => {
      while (!stop) {
        const sequence = next++;
        while (!acknowledged.has(sequence)) {
          try {
            await store.write(batch(sequence));
            acknowledged.add(sequence);
          } catch (error) {
            expect(error).toMatchObject({ code: "OUTPUT_UNAVAILABLE" });
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
        }
      }
    };
    const reader = async (): Promise<void> => {
      while (!stop) {
        await store.metrics(undefined).catch((error) => expect(error).toHaveProperty("code", "STORE_UNAVAILABLE"));
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    const all = [sender(), sender(), sender(), sender(), reader(), reader()];
    for (let round = 1; round <= 4; round++) {
      const before = acknowledged.size;
      await vi.waitFor(() => expect(acknowledged.size).toBeGreaterThan(before + 20), { timeout: 20_000 });
      fail();
      await vi.waitFor(() => expect(threads).toHaveLength(round + 1), { timeout: 20_000 });
    }
    stop = true;
    await Promise.all(all);
    expect((await times(next)).filter((value) => value !== 1)).toEqual([]);
  }, 60_000);

  it("is started again when it is ended from outside", async () => {
    await store.write(batch(0));
    await threads[0]?.terminate();
    await running();
    await store.write(batch(1));
    expect(await times(2)).toEqual([1, 1]);
  });

  it("closes while it is down", async () => {
    fail();
    await vi.waitFor(() => expect(store.ready().ready).toBe(false), 20_000);
    await store.close();
    expect(threads.length).toBeLessThanOrEqual(2);
    await expect(store.write(batch(0))).rejects.toMatchObject({ code: "OUTPUT_CLOSED" });
  });
});
