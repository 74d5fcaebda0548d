// The store on a small tmpfs that is filled to the brim: writes are answered 503, queries go on, and it recovers by
// itself once there is space, without a restart. Needs the right to mount a tmpfs; else the test is skipped and says so.
import { execFileSync } from "node:child_process";
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readManifest, writeManifest } from "../../packages/server/dist/store/files/manifest.js";
import { openStore } from "../../packages/server/dist/store/index.js";
import { batch, stored, timeOf } from "./batches.mjs";

const BASE_MS = 1_7180_000_000_000;
const RECOVERY_MS = 60_000;

/** Mounts a tmpfs, or tells why not. */
function mount(size) {
  const path = mkdtempSync(join(tmpdir(), "tidegauge-full-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path], { stdio: "pipe" });
    return { path, unmount: () => execFileSync("umount", ["-l", path]) };
  } catch (error) {
    rmSync(path, { recursive: true });
    return { reason: `no tmpfs can be mounted here: ${String(error.stderr ?? error).trim()}` };
  }
}

/** Writes a file until nothing more fits but `leave` bytes. */
function fill(path, leave = 0) {
  const handle = openSync(path, "w");
  const block = Buffer.alloc(64 * 1024, 7);
  try {
    for (;;) writeSync(handle, block);
  } catch (error) {
    if (error.code !== "ENOSPC") throw error;
    ftruncateSync(handle, fstatSync(handle).size - leave);
  } finally {
    closeSync(handle);
  }
}

async function eventually(condition, withinMs) {
  const end = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error("did not come true in time");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const probe = mount("1m");
probe.unmount?.();
if (probe.reason !== undefined) console.log(`skipped: ${probe.reason}`);

describe.skipIf(probe.reason !== undefined)("a store on a full disk", () => {
  it.each([
    ["before a commit", 0, undefined],
    ["during commits", 16, undefined],
    // Without a reserve the engine itself meets the full disk, in the middle of commits and of moving its log.
    ["in the middle of commits", 16, 0],
  ])(
    "STO-20 SRV-26 D-SRV-5 refuses with 503, answers queries and recovers by itself (filled %s)",
    { timeout: 180_000 },
    async (_when, parallel, reserveBytes) => {
      const disk = mount("64m");
      const messages = [];
      const filler = join(disk.path, "filler");
      const store = await openStore({
        dataDir: join(disk.path, "data"),
        retentionMs: 0,
        maintenanceMs: 500,
        rotatePoints: 50_000,
        checkpointBytes: 512 * 1024,
        reserveBytes,
        logger: { log: (_level, message) => messages.push(message) },
      });
      const acknowledged = new Set();
      const refused = new Set();
      let next = 1;
      const write = async (sequence) => {
        try {
          await store.write(batch("full", sequence, timeOf(BASE_MS, sequence), 400));
          acknowledged.add(sequence);
          refused.delete(sequence);
          return true;
        } catch (error) {
          expect([error.name, error.status]).toEqual(["OutputError", 503]);
          refused.add(sequence);
          return false;
        }
      };
      let done = false;
      let answers = 0;
      const reading = (async () => {
        while (!done) {
          await stored(store, "full", BASE_MS, 100);
          answers++;
        }
      })();
      reading.catch(() => {});
      try {
        for (let round = 0; round < 2; round++) {
          while (next % 300 !== 0) await write(next++);
          next++;
          const writing = Array.from({ length: parallel }, async () => {
            for (let index = 0; index < 20; index++) await write(next++);
          });
          if (parallel > 0) await new Promise((resolve) => setTimeout(resolve, 20));
          fill(filler);
          await Promise.all(writing);
          await eventually(async () => !(await write(next++)), 20_000);
          expect(store.ready().ready).toBe(false);
          const seen = await stored(store, "full", BASE_MS, next);
          expect([...acknowledged].filter((sequence) => seen[sequence] !== 1)).toEqual([]);
          unlinkSync(filler);
          const began = Date.now();
          await eventually(() => store.ready().ready, RECOVERY_MS);
          console.log(
            `round ${round + 1}: writable again after ${Date.now() - began} ms, ${acknowledged.size} stored, ${refused.size} refused`,
          );
          for (const sequence of [...refused]) await eventually(() => write(sequence), RECOVERY_MS);
        }
        done = true;
        await reading;
        expect(answers).toBeGreaterThan(10);
        const seen = await stored(store, "full", BASE_MS, next);
        expect(refused.size).toBe(0);
        expect([...acknowledged].filter((sequence) => seen[sequence] !== 1)).toEqual([]);
        expect(seen.reduce((sum, times) => sum + times, 0)).toBe(acknowledged.size);
        expect((await store.summary()).quarantined).toEqual([]);
        if (reserveBytes === 0)
          expect(messages.filter((message) => /commit into .* failed/.test(message))).not.toEqual([]);
      } finally {
        done = true;
        await store.close();
        disk.unmount();
      }
    },
  );

  it("STO-20 keeps the list of files whole when there is room for a part of a new one only", () => {
    const disk = mount("1m");
    const list = (count) =>
      Array.from({ length: count }, (_, index) => {
        return {
          name: `2026-01-01.g${index + 1}.duckdb`,
          day: "2026-01-01",
          state: "sorted",
          points: 1,
          minMs: 1,
          maxMs: 2,
        };
      });
    try {
      writeManifest(disk.path, list(2));
      fill(join(disk.path, "filler"), 64 * 1024);
      expect(() => writeManifest(disk.path, list(2000))).toThrow(/ENOSPC/);
      expect(readManifest(disk.path).files).toHaveLength(2);
    } finally {
      disk.unmount();
    }
  });

  it("W-90 STO-14 D-SRV-5 stores a batch once whose commit was durable but could not be confirmed, since the store could not be opened again", {
    timeout: 120_000,
  }, async () => {
    const disk = mount("32m");
    const dataDir = join(disk.path, "data");
    const filler = join(disk.path, "filler");
    const lock = join(dataDir, "lock.duckdb");
    const messages = [];
    const failures = (text) => messages.filter((message) => message.includes(text)).length;
    const store = await openStore({
      dataDir,
      retentionMs: 0,
      maintenanceMs: 0,
      reserveBytes: 0,
      // Every commit moves the log into the file.
      checkpointBytes: 1024,
      logger: { log: (_level, message) => messages.push(message) },
    });
    const write = (sequence) => store.write(batch("unconfirmed", sequence, timeOf(BASE_MS, sequence), 400));
    try {
      await write(1);
      // What is open stays so, but nothing can be opened anew.
      renameSync(lock, `${lock}.away`);
      mkdirSync(lock);
      // Enough for the log of a commit, too little to move it into the file.
      fill(filler, 128 * 1024);
      await expect(write(2)).rejects.toMatchObject({ code: "OUTPUT_UNAVAILABLE", status: 503 });
      expect(failures("COMMIT succeeded and is durable")).toBe(1);
      await eventually(async () => failures("could not be reopened") > 1, 20_000);
      await expect(write(2)).rejects.toMatchObject({ code: "OUTPUT_UNAVAILABLE", status: 503 });
      unlinkSync(filler);
      rmdirSync(lock);
      renameSync(`${lock}.away`, lock);
      await eventually(() => store.ready().ready, RECOVERY_MS);
      expect(await write(2)).toMatchObject({ repeated: true });
      expect(await write(3)).toMatchObject({ repeated: false });
      expect(await stored(store, "unconfirmed", BASE_MS, 4)).toEqual([0, 1, 1, 1]);
    } finally {
      await store.close();
      disk.unmount();
    }
  });
});
