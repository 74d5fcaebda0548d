import { spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { DOCTOR_SERVICE } from "@tidegauge/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { batchOf, metricsetAt, scanOf, temporaryDirectory } from "./batch.testing.js";
import { openStore, type Store } from "./store.js";
import type { StoreOptions } from "./store-options.js";

const T = Date.UTC(2026, 4, 5, 12);
let directory: ReturnType<typeof temporaryDirectory>;
let store: Store | undefined;
const messages: string[] = [];

beforeEach(() => {
  directory = temporaryDirectory();
  messages.length = 0;
});
afterEach(async () => {
  await store?.close();
  store = undefined;
  directory.remove();
});

async function open(options: Partial<StoreOptions> = {}): Promise<Store> {
  store = await openStore({
    dataDir: directory.path,
    retentionMs: 0,
    maintenanceMs: 0,
    logger: { log: (_level, message) => messages.push(message) },
    ...options,
  });
  return store;
}

async function valuesOf(opened: Store, metric = "m", aggregation: "sum" | "count" = "sum"): Promise<number[]> {
  const { series } = await opened.scan(scanOf({ metric, fromMs: T, toMs: T + 600_000, aggregation }));
  return [...(series[0]?.values ?? [])].filter((value) => !Number.isNaN(value));
}

const delta = (minute: number, value = 1) => metricsetAt(T + minute * 60_000, { m: { value, temporality: "delta" } });
/** Labels of 30,000 characters. */
const bulky = (at: number) =>
  Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`k${index}`, `${at}${"x".repeat(999)}`]));
const files = (pattern = /\.duckdb$/): string[] =>
  readdirSync(directory.path)
    .filter((name) => pattern.test(name))
    .sort();

describe("the store", () => {
  it("STO-10 keeps a second owner out (STORE_ALREADY_OPEN), in this process and in another", async () => {
    const first = await open();
    await expect(openStore({ dataDir: directory.path })).rejects.toMatchObject({ code: "STORE_ALREADY_OPEN" });
    const index = new URL("../../dist/store/index.js", import.meta.url).href;
    const script = `import { openStore } from ${JSON.stringify(index)};
      await openStore({ dataDir: ${JSON.stringify(directory.path)} }).catch((error) => console.log(error.code));`;
    const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
    expect(child.stdout.trim()).toBe("STORE_ALREADY_OPEN");
    await first.close();
    await (await openStore({ dataDir: directory.path })).close();
  });

  it("STO-14 commits what the doctor sends, and keeps nothing of it", async () => {
    let opened = await open();
    const heard: unknown[] = [];
    opened.events.on("written", (notice) => heard.push(notice));
    const service = { name: DOCTOR_SERVICE, agent: { name: "nodejs", version: "1.2.3", ephemeral_id: "d1" } };
    const batch = batchOf([delta(0)], { batchId: "d1:1", metadata: { service } });
    expect(await opened.write(batch)).toEqual({ repeated: false, refused: {} });
    await opened.close();
    opened = await open();
    expect((await opened.write(batch)).repeated).toBe(true);
    expect([await opened.services(), await opened.metrics(undefined), heard]).toEqual([[], [], []]);
  });

  it("STO-14 W-90 D-SRV-2 stores a repeated batch once: in flight, later and after a restart", async () => {
    let opened = await open();
    const batch = batchOf([delta(0)], { batchId: "p1:7" });
    const [first, second] = await Promise.all([opened.write(batch), opened.write(batch)]);
    expect([first.repeated, second.repeated]).toEqual([false, true]);
    expect((await opened.write(batch)).repeated).toBe(true);
    await opened.maintain();
    await opened.close();
    opened = await open();
    expect((await opened.write(batch)).repeated).toBe(true);
    expect((await opened.write(batchOf([delta(1)], { batchId: "p1:8" }))).repeated).toBe(false);
    expect(await valuesOf(opened)).toEqual([1, 1]);
  });

  it("STO-13 D-SRV-5 makes one commit of many batches that arrive together", async () => {
    const opened = await open();
    await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        opened.write(batchOf([delta(index % 5)], { batchId: `p1:${index + 1}` })),
      ),
    );
    expect(await valuesOf(opened)).toEqual([40, 40, 40, 40, 40]);
    const [name] = (await opened.summary()).files.map((file) => file.name);
    await opened.close();
    const instance = await DuckDBInstance.create(join(directory.path, name as string));
    const connection = await instance.connect();
    const read = await connection.runAndReadAll(
      "SELECT count(DISTINCT commit_id)::INTEGER, count(*)::INTEGER FROM batches",
    );
    connection.closeSync();
    instance.closeSync();
    const [commits, ids] = read.getRows()[0] as [number, number];
    expect(ids).toBe(200);
    expect(commits).toBeLessThan(10);
  });

  it("D-SRV-3 D-SRV-4 leaves unusable samples out and says how many", async () => {
    const opened = await open();
    const result = await opened.write(
      batchOf([
        metricsetAt(T, {
          h: { values: [1, 2], counts: [1], type: "histogram" },
          m: { value: 2, temporality: "delta" },
        }),
        {
          ...metricsetAt(T, { other: { value: 1 } }),
          transaction: { name: "t", type: "request" },
          span: { type: "app" },
        },
      ]),
    );
    expect(result.refused).toEqual({ histogramLengths: 1, breakdownWithoutSelfTime: 1 });
    expect((await opened.metrics(undefined)).map(({ name }) => name)).toEqual(["m"]);
  });

  it("STO-19 refuses after close, closes once, and cancels queries under way", async () => {
    const opened = await open();
    await opened.write(batchOf([delta(0)]));
    const query = opened.scan(scanOf({ metric: "m", fromMs: T, toMs: T + 1000 })).catch((error: Error) => error);
    await Promise.all([opened.close(), opened.close()]);
    await query;
    expect(opened.ready().ready).toBe(false);
    await expect(opened.write(batchOf([delta(0)]))).rejects.toMatchObject({ code: "OUTPUT_CLOSED", status: 503 });
  });

  it("STO-18 lets two queries run, the others wait, and cancels those whose client left", async () => {
    const opened = await open();
    await opened.write(batchOf([delta(0)]));
    const leaving = new AbortController();
    const queries = Array.from({ length: 30 }, (_, index) =>
      opened.scan(scanOf({ metric: "m", fromMs: T, toMs: T + 60_000 }), index === 29 ? leaving.signal : undefined),
    );
    const summary = opened.summary(); // looked at before the cancel arrives, while that query still waits
    leaving.abort();
    const waiting = (await summary).waitingQueries;
    const results = await Promise.allSettled(queries);
    expect(waiting).toBeGreaterThan(0);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(29);
    expect(results[29]).toMatchObject({ status: "rejected", reason: { code: "CANCELLED" } });
  });
});

describe("the files of the store", () => {
  it("STO-15 join to one sorted file without the old generations, and keep the answers", async () => {
    const opened = await open({ rotatePoints: 2 });
    for (let minute = 0; minute < 8; minute++) await opened.write(batchOf([delta(minute, minute), delta(minute, 1)]));
    const before = await valuesOf(opened);
    expect((await opened.summary()).files.length).toBeGreaterThan(4);
    await opened.maintain();
    const { files: after } = await opened.summary();
    expect(after.filter(({ state }) => state === "sorted")).toHaveLength(1);
    expect(files(/g\d+\.duckdb$/)).toEqual(after.map(({ name }) => name).sort());
    expect(await valuesOf(opened)).toEqual(before);
  });

  it.each([
    ["their directory", () => rmSync(directory.path, { recursive: true })],
    [
      "all of them",
      () => readdirSync(directory.path).map((name) => rmSync(join(directory.path, name), { recursive: true })),
    ],
  ])(
    "STO-24 are begun anew when somebody removed %s, and until then nothing is acknowledged",
    async (_what, remove) => {
      const opened = await open();
      await opened.write(batchOf([delta(1)], { batchId: "p:1" }));
      remove();
      await expect(opened.write(batchOf([delta(2)], { batchId: "p:2" }))).rejects.toMatchObject({
        code: "OUTPUT_UNAVAILABLE",
      });
      expect(opened.ready()).toMatchObject({ ready: false, reason: expect.stringMatching(/removed/) });
      await expect.poll(() => opened.ready(), { timeout: 20_000 }).toEqual({ ready: true });
      expect(await opened.write(batchOf([delta(2)], { batchId: "p:2" }))).toMatchObject({ repeated: false });
      expect(await valuesOf(opened)).toEqual([1]);
      expect(messages.filter((message) => / is gone: /.test(message))).toHaveLength(1);
      await opened.close();
      const again = await open();
      expect(await valuesOf(again)).toEqual([1]);
    },
  );

  it("STO-23 are begun anew when a label explodes, so that memory does not hold every series of the day", async () => {
    const opened = await open({ rotateSeries: 100 });
    for (let user = 0; user < 400; user += 40) {
      const users = Array.from({ length: 40 }, (_, index) => ({ user: `u${user + index}` }));
      await opened.write(batchOf(users.map((tags) => metricsetAt(T, { m: { value: 1, temporality: "delta" } }, tags))));
    }
    // 120 series each: the batch that reaches the limit is the last of its file.
    expect((await opened.summary()).files.map(({ points }) => points)).toEqual([120, 120, 120, 40]);
    await opened.maintain();
    expect(await valuesOf(opened)).toEqual([400]);
    expect((await opened.metrics("shop")).map(({ series }) => series)).toEqual([400]);
  });

  it("STO-23 are begun anew when the text of the series grows large, however few they are", async () => {
    const opened = await open({ rotateCharacters: 50_000 });
    for (let at = 0; at < 4; at++) {
      await opened.write(batchOf([metricsetAt(T, { m: { value: 1, temporality: "delta" } }, bulky(at))]));
    }
    expect((await opened.summary()).files.map(({ points }) => points)).toEqual([1, 1, 1, 1]);
    await opened.maintain();
    expect(await valuesOf(opened)).toEqual([4]);
  });

  it("STO-23 D-SRV-14 leave out, and count, what is too long to be asked for or takes too much text; the rest is kept", async () => {
    const opened = await open();
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`m${index}`, { value: 1 }]));
    const result = await opened.write(
      batchOf([
        metricsetAt(T, { ["x".repeat(1025)]: { value: 1 }, m: { value: 2, temporality: "delta" } }),
        metricsetAt(T, { ["h".repeat(1025)]: { values: [1], counts: [1], type: "histogram" } }),
        metricsetAt(T, many, bulky(0)),
      ]),
    );
    const kept = (await opened.metrics(undefined)).length;
    expect(kept).toBeGreaterThan(100);
    expect(result.refused).toEqual({ tooLong: 2 + 200 - (kept - 1) });
    expect(await valuesOf(opened)).toEqual([2]);
  });

  it("STO-17 are dropped by age once their newest event is too old, and by size from the oldest", async () => {
    let opened = await open({ rotatePoints: 1 });
    await opened.write(batchOf([delta(0)]));
    await opened.write(batchOf([metricsetAt(Date.now(), { now: { value: 1 } })]));
    await opened.close();
    opened = await open({ retentionMs: 1000 });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await opened.write(batchOf([metricsetAt(Date.now(), { now: { value: 2 } })]));
    await opened.maintain();
    expect((await opened.metrics(undefined)).map(({ name }) => name)).toEqual(["now"]);
    expect((await opened.summary()).dropped).toBeGreaterThan(0);
    opened.figures();
    await expect
      .poll(() => opened.figures().find(({ name }) => name === "tidegauge_store_dropped_files_total")?.values[0]?.[1])
      .toBeGreaterThan(0);
    await opened.close();
    opened = await open({ maxSizeBytes: 1 });
    await opened.maintain();
    expect((await opened.summary()).files).toEqual([]);
    expect(files(/g\d+\.duckdb$/)).toEqual([]);
  });

  it("STO-12 keep events of any time: late ones, and those of a clock that runs ahead", async () => {
    const opened = await open();
    const ahead = T + 400 * 86_400_000;
    await opened.write(batchOf([delta(5), metricsetAt(ahead, { m: { value: 3, temporality: "delta" } })]));
    await opened.write(batchOf([delta(1, 4)]));
    expect(await valuesOf(opened)).toEqual([4, 1]);
    const { series } = await opened.scan(
      scanOf({ metric: "m", fromMs: ahead, toMs: ahead + 1000, aggregation: "sum" }),
    );
    expect([...(series[0]?.values ?? [])]).toEqual([3]);
  });

  it("STO-21 are quarantined and named when damaged, found on opening or by a query; the rest is served", async () => {
    const opened = await open({ rotatePoints: 1 });
    const many = Array.from({ length: 30_000 }, (_, index) =>
      metricsetAt(T + index, { big: { value: Math.sin(index) } }),
    );
    await opened.write(batchOf(many));
    await opened.write(batchOf([delta(0)]));
    await opened.write(batchOf([metricsetAt(T, { header: { value: 1 } })]));
    const names = (await opened.summary()).files.map(({ name }) => name);
    await opened.close();
    const [large, , small] = names as [string, string, string];
    damage(join(directory.path, large), 0.3, 0.7);
    damage(join(directory.path, small), 0, 0.2);
    const again = await open();
    expect((await again.summary()).quarantined).toEqual([small]);
    await again.scan(scanOf({ metric: "big", fromMs: T, toMs: T + 60_000 }));
    expect((await again.summary()).quarantined).toEqual([small, large]);
    expect(existsSync(join(directory.path, "quarantine", large))).toBe(true);
    expect(messages.some((message) => message.includes(large) && message.includes("quarantine"))).toBe(true);
    expect(await valuesOf(again)).toEqual([1]);
    expect(again.ready().ready).toBe(true);
  });

  it.each([
    ["damaged", (path: string) => writeFileSync(path, "{ not json")],
    ["missing", (path: string) => rmSync(path)],
  ])("STO-15 are listed anew when the manifest is %s, without those that a sorted one replaces", async (_, harm) => {
    const opened = await open({ rotatePoints: 1 });
    await opened.write(batchOf([delta(0)]));
    await opened.write(batchOf([delta(1)]));
    const [old] = (await opened.summary()).files.map(({ name }) => name) as [string];
    await opened.close();
    const kept = readFileSync(join(directory.path, old));
    const again = await open();
    await again.maintain();
    await again.close();
    writeFileSync(join(directory.path, old), kept);
    harm(join(directory.path, "manifest.json"));
    expect(await valuesOf(await open())).toEqual([1, 1]);
    expect(files()).not.toContain(old);
  });

  it("STORE_UNAVAILABLE, not another process, is what an unreadable lock file is called", async () => {
    await (await open()).close();
    writeFileSync(join(directory.path, "lock.duckdb"), "not a database".repeat(500));
    await expect(open()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  });

  it("are brought from an older schema to the present one on opening", async () => {
    const opened = await open();
    await opened.write(batchOf([delta(0)], { batchId: "p1:1" }));
    const [name] = (await opened.summary()).files.map((file) => file.name) as [string];
    await opened.close();
    const path = join(directory.path, name);
    const instance = await DuckDBInstance.create(path);
    const connection = await instance.connect();
    await connection.run("DROP TABLE replaces");
    connection.closeSync();
    instance.closeSync();
    const manifest = join(directory.path, "manifest.json");
    writeFileSync(
      manifest,
      readFileSync(manifest, "utf8").replace('"schema":2', '"schema":1').replace('"schema": 2', '"schema": 1'),
    );
    const again = await open();
    await again.maintain();
    expect(await valuesOf(again)).toEqual([1]);
    expect((JSON.parse(readFileSync(manifest, "utf8")) as { schema: number }).schema).toBe(2);
    expect(messages.filter((message) => message.includes("failed"))).toEqual([]);
  });

  it("STORE_TOO_NEW refuses the files of a newer version", async () => {
    await (await open()).close();
    writeFileSync(join(directory.path, "manifest.json"), JSON.stringify({ schema: 99, files: [] }));
    await expect(open()).rejects.toMatchObject({ code: "STORE_TOO_NEW" });
  });

  it.each(["parquet", "ndjson", "csv"] as const)(
    "are exported as %s, histograms with values and counts",
    async (format) => {
      const opened = await open();
      await opened.write(
        batchOf([
          metricsetAt(T, { m: { value: 1.5, type: "gauge" } }, { a: "x" }),
          metricsetAt(T, { h: { values: [1, 2], counts: [3, 300], type: "histogram" } }),
        ]),
      );
      const path = join(directory.path, `out.${format}`);
      const request = { format, path, fromMs: undefined, toMs: undefined, service: undefined, metric: undefined };
      expect(await opened.export(request)).toEqual({ rows: 2 });
      expect(await opened.export({ ...request, service: "x' OR 1=1 --" })).toEqual({ rows: 0 });
      await opened.export(request);
      if (format === "parquet") expect(readFileSync(path).subarray(0, 4).toString()).toBe("PAR1");
      else if (format === "csv") expect(readFileSync(path, "utf8").trim().split("\n")).toHaveLength(3);
      else {
        const [histogram, gauge] = readFileSync(path, "utf8")
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line) as Record<string, unknown>);
        expect(histogram).toMatchObject({ metric: "h", values: [1, 2], counts: [3, 300] });
        expect(gauge).toMatchObject({ metric: "m", service: "shop", value: 1.5, labels: '{"a":"x"}' });
      }
      const nowhere = join(directory.path, "missing", "out");
      await expect(opened.export({ ...request, path: nowhere })).rejects.toMatchObject({ code: "EXPORT_FAILED" });
    },
  );
});

/** Overwrites a part of a file. */
function damage(path: string, from: number, to: number): void {
  const size = statSync(path).size;
  const handle = openSync(path, "r+");
  writeSync(handle, Buffer.alloc(Math.floor(size * (to - from)), 0xa5), 0, undefined, Math.floor(size * from));
  closeSync(handle);
}
