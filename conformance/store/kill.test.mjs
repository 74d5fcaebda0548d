// The process that owns the store is killed with SIGKILL again and again, each round while it does another thing often.
// Nothing that was answered may be lost, nothing stored twice, and the store opens again within two seconds.
import { fork } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openStore } from "../../packages/server/dist/store/index.js";
import { batch, stored, timeOf } from "./batches.mjs";

const ROUNDS = Number(process.env.TIDEGAUGE_SOAK ? 100 : 10);
const OFTEN = ["ingest", "compaction", "manifest", "retention", "checkpoint"];

/** Runs the writer until `answers` batches were answered and a little longer, then kills it. */
function round(dataDir, often, producer, baseMs, first) {
  return new Promise((resolve, reject) => {
    const child = fork(
      new URL("writer-process.mjs", import.meta.url),
      [dataDir, often, producer, baseMs, first].map(String),
    );
    const result = { acknowledged: [], begun: [], openedMs: undefined };
    const killAfter = 100 + Math.floor(Math.random() * 300);
    let timer;
    child.on("message", (message) => {
      if ("openedMs" in message) result.openedMs = message.openedMs;
      if ("failed" in message) reject(new Error(message.failed));
      if ("begun" in message) result.begun.push(message.begun);
      if (!("acknowledged" in message)) return;
      result.acknowledged.push(message.acknowledged);
      if (result.acknowledged.length === killAfter) timer = setTimeout(() => child.kill("SIGKILL"), Math.random() * 60);
    });
    child.on("exit", () => {
      clearTimeout(timer);
      resolve(result);
    });
  });
}

/** How long it takes to open a store without data here and now. */
async function emptyOpening() {
  const dataDir = mkdtempSync(join(tmpdir(), "tidegauge-empty-"));
  const began = performance.now();
  await (await openStore({ dataDir })).close();
  const took = performance.now() - began;
  rmSync(dataDir, { recursive: true, force: true });
  return took;
}

describe("a store whose process is killed", () => {
  it.each(OFTEN)(
    "STO-16 STO-22 W-90 D-SRV-5 keeps what was answered, once, when killed during %s",
    { timeout: 3_600_000 },
    async (often) => {
      const dataDir = mkdtempSync(join(tmpdir(), "tidegauge-kill-"));
      const producer = `killed-${often}`;
      // Events of the future, so that retention by age never takes them.
      const baseMs = Math.floor(Date.now() / 1000) * 1000 + 3_600_000;
      const rounds = Math.max(1, Math.ceil(ROUNDS / OFTEN.length));
      const begun = new Set();
      const acknowledged = new Set();
      const opened = [];
      const openedEmpty = [];
      try {
        for (let index = 0; index < rounds; index++) {
          const first = begun.size === 0 ? 1 : Math.max(...begun) + 1;
          const result = await round(dataDir, often, producer, baseMs, first);
          for (const sequence of result.begun) begun.add(sequence);
          for (const sequence of result.acknowledged) acknowledged.add(sequence);
          if (index > 0) opened.push(result.openedMs);
          openedEmpty.push(await emptyOpening());
          expect(result.acknowledged.length).toBeGreaterThan(0);
        }
        const count = Math.max(...begun) + 1;
        const began = performance.now();
        const store = await openStore({ dataDir, retentionMs: 0, maintenanceMs: 0 });
        opened.push(performance.now() - began);
        try {
          const before = await stored(store, producer, baseMs, count);
          expect([...acknowledged].filter((sequence) => before[sequence] !== 1)).toEqual([]);
          expect(before.filter((times) => times > 1)).toEqual([]);
          // What was not answered is sent again, as the agent does, whether it was stored or not.
          for (const sequence of begun) {
            const written = await store.write(batch(producer, sequence, timeOf(baseMs, sequence)));
            expect(written.repeated).toBe(before[sequence] === 1);
          }
          await store.maintain();
          const after = await stored(store, producer, baseMs, count);
          expect([...begun].filter((sequence) => after[sequence] !== 1)).toEqual([]);
          const { files, quarantined } = await store.summary();
          expect(quarantined).toEqual([]);
          const onDisk = readdirSync(dataDir).filter((name) => /g\d+\.duckdb$/.test(name));
          expect(onDisk.sort()).toEqual(files.map(({ name }) => name).sort());
        } finally {
          await store.close();
        }
        const slowest = Math.max(...opened);
        console.log(
          `killed during ${often}: ${rounds} rounds, ${acknowledged.size} answered batches, slowest opening ${slowest.toFixed(0)} ms`,
        );
        // Two seconds, or more on a machine that took long to open even an empty store meanwhile.
        expect(slowest).toBeLessThan(Math.max(2000, 10 * Math.max(...openedEmpty)));
      } finally {
        rmSync(dataDir, { recursive: true, force: true });
      }
    },
  );
});
