// A process that opens the store and writes until it is killed. Tells its parent every answered batch.
//   node writer-process.mjs <data directory> <what to do often> <producer> <base ms> <first sequence>
import { openStore } from "../../packages/server/dist/store/index.js";
import { batch, timeOf } from "./batches.mjs";

const [dataDir, often, producer, base, first] = process.argv.slice(2);
const baseMs = Number(base);
const OPTIONS = {
  ingest: { rotatePoints: 1_000_000 },
  compaction: { rotatePoints: 4000, maintenanceMs: 5 },
  manifest: { rotatePoints: 200, maintenanceMs: 20 },
  // Files that hold old events only are dropped all the time; the others must stay.
  retention: { rotatePoints: 1000, maintenanceMs: 10, retentionMs: 100 },
  checkpoint: { rotatePoints: 1_000_000, checkpointBytes: 64 * 1024 },
};
const began = performance.now();
const logger = { log: (level, message) => process.send({ log: `${level}: ${message}` }) };
const store = await openStore({
  dataDir,
  logger,
  retentionMs: 0,
  maxSizeBytes: 0,
  maintenanceMs: 0,
  ...OPTIONS[often],
});
process.send({ openedMs: performance.now() - began });

let sequence = Number(first);
/** Writes a batch, again after a 503 as an agent does. */
async function written(one) {
  for (;;) {
    try {
      return await store.write(one);
    } catch (error) {
      if (error.status !== 503) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

async function sender() {
  for (;;) {
    const mine = sequence++;
    process.send({ begun: mine });
    await written(batch(producer, mine, timeOf(baseMs, mine)));
    process.send({ acknowledged: mine });
  }
}
async function oldEvents() {
  for (let old = 0; ; old++) {
    for (let index = 0; index < 50; index++)
      await written(batch(`${producer}-old`, Date.now() * 100 + (old % 100), 1_000_000_000_000));
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}
async function reader() {
  for (;;) {
    await store.metrics("faults");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
const failed = (error) => process.send({ failed: String(error) });
await Promise.all([
  sender(),
  sender(),
  sender(),
  sender(),
  reader(),
  ...(often === "retention" ? [oldEvents()] : []),
]).catch(failed);
