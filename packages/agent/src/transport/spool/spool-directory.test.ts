import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";

const RACERS = 2;
const ROUNDS = 200;

/** Makes the same new directories as the others, each at the same moment. Answers with what went wrong. */
const RACER = `
  const { parentPort, workerData: { root, gate, racers, rounds } } = require("node:worker_threads");
  const { join } = require("node:path");
  const { makeDirectory } = require(${JSON.stringify(resolve("packages/agent/dist/transport/spool/spool-directory.js"))});
  const errors = [];
  for (let round = 0; round < rounds; round++) {
    Atomics.add(gate, round, 1);
    while (Atomics.load(gate, round) < racers);
    try { makeDirectory(join(root, String(round), "service", "own-" + require("node:worker_threads").threadId)); }
    catch (error) { errors.push(String(error)); }
  }
  parentPort.postMessage(errors);`;

describe("the directory of a spool", () => {
  it("W-91 is made by many processes at once: the first start of a service after its spool_dir is new", async () => {
    const root = mkdtempSync(join(tmpdir(), "tidegauge-race-"));
    const gate = new Int32Array(new SharedArrayBuffer(4 * ROUNDS));
    try {
      const racers = Array.from({ length: RACERS }, () => {
        const workerData = { root, gate, racers: RACERS, rounds: ROUNDS };
        const worker = new Worker(RACER, { eval: true, workerData });
        return new Promise<string[]>((done, failed) => {
          worker.on("message", done);
          worker.on("error", failed);
        });
      });
      expect((await Promise.all(racers)).flat()).toEqual([]);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }, 60_000);
});
