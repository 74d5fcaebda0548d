import type { Metadata } from "@tidegauge/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { batchOf, metricsetAt, temporaryDirectory } from "../batch.testing.js";
import type { ProcessesRequest, StoredProcess } from "../messages.js";
import { openStore, type Store } from "../store.js";
import { withReplaced } from "./processes.js";

const T = Date.UTC(2026, 4, 5, 12);
const MINUTE = 60_000;

const request = (more: Partial<ProcessesRequest> = {}): ProcessesRequest => ({
  service: undefined,
  environment: undefined,
  node: undefined,
  fromMs: T,
  toMs: T + 60 * MINUTE,
  ...more,
});

describe("the processes of the store", () => {
  const directory = temporaryDirectory();
  let store: Store;
  const elastic = (pid: number, version = "1"): Metadata => ({
    service: { name: "legacy", version, agent: { name: "nodejs", version: "4.15.0" } },
    process: { pid },
    system: { detected_hostname: "web-1" },
  });
  /** Reports of one process, a minute apart. */
  const reports = async (from: number, to: number, metadata: Metadata): Promise<void> => {
    const sets = [];
    for (let minute = from; minute <= to; minute++) {
      sets.push(metricsetAt(T + minute * MINUTE, { "system.process.memory.rss.bytes": { value: minute } }));
    }
    await store.write(batchOf(sets, { fromTidegauge: false, metadata }));
  };

  beforeAll(async () => {
    store = await openStore({ dataDir: directory.path, retentionMs: 0, maintenanceMs: 0 });
    await reports(-90, -30, elastic(11));
    await reports(-29, 10, elastic(12));
    await reports(12, 40, elastic(13, "2"));
    await reports(20, 30, { ...elastic(14), service: { ...elastic(14).service, name: "other" } });
  });
  afterAll(async () => {
    await store.close();
    directory.remove();
  });

  const shown = async (asked: ProcessesRequest): Promise<unknown[]> =>
    (await store.processes(asked)).processes.map(({ id, firstMs, lastMs, version }) => [
      JSON.parse(id.slice(2))[2],
      (firstMs - T) / MINUTE,
      (lastMs - T) / MINUTE,
      version,
    ]);

  it("QRY-37 lists those with samples in the window, with first and last sample, of agents that only say their pid", async () => {
    const asked = request({ service: "legacy" });
    const expected = [
      [12, -29, 10, "1"],
      [13, 12, 40, "2"],
    ];
    expect(await shown(asked)).toEqual(expected);
    await store.maintain();
    expect(await shown(asked)).toEqual(expected);
  });

  it("QRY-37 knows what a process replaces, also when that one ended before the window", async () => {
    const { processes } = await store.processes(request({ service: "legacy", fromMs: T + 15 * MINUTE }));
    expect(processes.map(({ replaces }) => replaces)).toEqual(['p:["web-1",null,12]']);
  });

  it("QRY-37 goes by service, environment and node", async () => {
    expect((await store.processes(request())).total).toBe(3);
    expect((await store.processes(request({ service: "other" }))).total).toBe(1);
    expect((await store.processes(request({ node: "web-2" }))).total).toBe(0);
    expect((await store.processes(request({ environment: "prod" }))).total).toBe(0);
    expect((await store.processes(request({ toMs: T }))).processes.map(({ service }) => service)).toEqual(["legacy"]);
  });
});

describe("what replaces what", () => {
  const process = (id: string, firstMs: number, lastMs: number, node = "n"): StoredProcess => ({
    id,
    service: "shop",
    node,
    environment: null,
    version: null,
    agentName: "nodejs",
    agentVersion: "1",
    firstMs,
    lastMs,
    replaces: null,
  });
  const replaced = (...all: StoredProcess[]) => withReplaced(all).map(({ id, replaces }) => [id, replaces]);

  it("QRY-37 a process replaces one that has ended, on its own node", () => {
    expect(replaced(process("a", 0, 10), process("b", 5, 30, "m"), process("c", 12, 30))).toEqual([
      ["a", null],
      ["b", null],
      ["c", "a"],
    ]);
  });

  it("QRY-37 workers beside each other replace nobody, and each is replaced once", () => {
    const four = [process("a", 0, 10), process("b", 0, 11), process("c", 0, 90), process("d", 20, 90)];
    expect(replaced(...four, process("e", 21, 90), process("f", 22, 90))).toEqual([
      ["a", null],
      ["b", null],
      ["c", null],
      ["d", "b"],
      ["e", "a"],
      ["f", null],
    ]);
  });
});
