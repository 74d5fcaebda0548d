import { mkdirSync, renameSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { temporaryDirectory } from "../batch.testing.js";
import { Files } from "../files/files.js";
import type { CommitRequest } from "../messages.js";
import { workerOptions } from "../store-options.js";
import { QueryGate } from "../thread/gate.js";
import type { DurableBatches } from "./batch-ids.js";
import { WriteBuffer } from "./buffer.js";
import { Writer } from "./writer.js";

// The machine may be busy: what is waited for is a condition, not a time.
vi.setConfig({ expect: { poll: { timeout: 20_000 } } });

const DAY = new Date().toISOString().slice(0, 10);
let directory: ReturnType<typeof temporaryDirectory>;
let files: Files;
let gate: QueryGate;
let writer: Writer;
/** What the main thread is told, in order. */
let news: (string | DurableBatches[])[];

beforeEach(async () => {
  directory = temporaryDirectory();
  news = [];
  const options = workerOptions(directory.path, { dataDir: directory.path });
  files = new Files(options, () => {});
  gate = new QueryGate();
  writer = new Writer(files, gate, options, {
    log: (_level, message) => void (/could not be reopened/.test(message) && news.push("not reopened")),
    writable: (writable) => news.push(writable ? "writable" : "not writable"),
    durable: (batches) => news.push(batches),
  });
  await files.open();
  gate.open(files.engine.readers);
});
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all([writer.stop(), gate.close()]);
  files.close();
  directory.remove();
});

function commit(number: number): CommitRequest {
  const buffer = new WriteBuffer();
  buffer.addPoint(1, number, 1);
  const batchIds = [{ producer: "p", sequence: number }];
  return { fileSerial: 1, day: DAY, commit: number, newSeries: [], columns: buffer.columns(), batchIds, starts: [] };
}

/** From here on the engine reports a commit as failed: one that is durable, or one that is not. */
function failCommits(durable: boolean): void {
  const connection = files.engine.writer;
  const run = connection.run.bind(connection);
  vi.spyOn(connection, "run").mockImplementation(async (sql, ...rest) => {
    if (sql !== "COMMIT") return run(sql, ...rest);
    if (durable) await run(sql, ...rest);
    throw new Error("the database has been invalidated");
  });
}

/** Keeps the engine from being opened until the function it returns is called. */
function keepShut(): () => void {
  const lock = join(directory.path, "lock.duckdb");
  renameSync(lock, `${lock}.away`);
  mkdirSync(lock);
  return () => {
    rmdirSync(lock);
    renameSync(`${lock}.away`, lock);
  };
}

const ranges = (last: number): DurableBatches[] => [
  {
    dayMs: Date.parse(`${DAY}T00:00:00Z`),
    ranges: [1, 2].slice(0, last).map((n) => ({ producer: "p", first: n, last: n })),
  },
];

describe("a commit that failed", () => {
  it.each([
    ["is answered as durable when the file says so", true],
    ["is answered as failed when it left nothing", false],
  ])("D-SRV-5 STO-20 %s", async (_title, durable) => {
    await writer.commit(commit(1));
    failCommits(durable);
    const answer = writer.commit(commit(2));
    if (durable) expect(await answer).toEqual({ full: true });
    else await expect(answer).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(news).toEqual(["not writable", ranges(durable ? 2 : 1)]);
  });

  it("W-90 STO-14 STO-20 that was durable is told of once the store can be reopened, before anything is written", async () => {
    await writer.commit(commit(1));
    failCommits(true);
    const release = keepShut();
    await expect(writer.commit(commit(2))).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    // Several reopenings in vain.
    await expect.poll(() => news.filter((each) => each === "not reopened").length).toBeGreaterThan(2);
    await expect(writer.commit({ ...commit(2), fileSerial: 2 })).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(news.filter((each) => typeof each !== "string")).toEqual([]);
    release();
    await expect.poll(() => news.at(-1)).toBe("writable");
    expect(news.slice(-2)).toEqual([ranges(2), "writable"]);
  });

  it("STO-20 is answered as durable though the disk looks well while a query is being ended", async () => {
    await writer.commit(commit(1));
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    failCommits(true);
    // It does not end at once when it is interrupted.
    let end = (): void => {};
    const query = gate.run(1, () => new Promise<void>((resolve) => (end = resolve)));
    const answer = writer.commit(commit(2));
    await expect.poll(() => news).toEqual(["not writable"]);
    vi.advanceTimersByTime(5000);
    end();
    await query;
    expect(await answer).toEqual({ full: true });
    expect(news).toEqual(["not writable", ranges(2)]);
    await expect.poll(() => news.at(-1)).toBe("writable");
  });

  it("STO-20 is followed by writing though opening anew took longer than the pause before the disk is looked at", async () => {
    await writer.commit(commit(1));
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    failCommits(true);
    const open = files.open.bind(files);
    vi.spyOn(files, "open").mockImplementationOnce(async () => {
      vi.advanceTimersByTime(5000);
      await open();
    });
    expect(await writer.commit(commit(2))).toEqual({ full: true });
    await expect.poll(() => news.at(-1)).toBe("writable");
  });

  it("STO-20 is followed by another attempt when what a reopened file holds cannot be read", async () => {
    await writer.commit(commit(1));
    failCommits(true);
    const open = files.open.bind(files);
    vi.spyOn(files, "open").mockImplementationOnce(async () => {
      await open();
      vi.spyOn(files.engine.writer, "runAndReadAll").mockRejectedValueOnce(new Error("it cannot be read"));
    });
    await expect(writer.commit(commit(2))).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(files.isOpen).toBe(false);
    await expect.poll(() => news.at(-1)).toBe("writable");
    expect(news).toEqual(["not writable", "not reopened", "not writable", ranges(2), "writable"]);
  });
});
