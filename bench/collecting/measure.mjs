// node --expose-gc measure.mjs <subject> <series> [histograms]: CPU of one collection into bytes, the longest stretch of CPU between two turns of the event loop, and the heap a
// series takes; the least of several rounds.
import { SUBJECTS } from "../recording/subjects.mjs";

const [subject, size, histograms] = process.argv.slice(2);
const made = SUBJECTS[subject]();
const add = histograms ? made.addHistogram : made.addSeries;
if (add === undefined || made.collect === undefined) {
  console.log("null");
  process.exit();
}
const count = Number(size);
const buckets = Array.from({ length: 19 }, (_, index) => index + 1);
// What the library keeps once, code above all, is made before the first look at the heap.
const WARM = 100;
for (let id = 0; id < WARM; id++) add(id, buckets);
for (let round = 0; round < 20; round++) await made.collect();
globalThis.gc();
const before = process.memoryUsage().heapUsed;
for (let id = WARM; id < count; id++) add(id, buckets);
await made.collect();
globalThis.gc();
const heap = (process.memoryUsage().heapUsed - before) / (count - WARM);

const cpuMs = (since) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};
let ms = Number.POSITIVE_INFINITY;
let block = Number.POSITIVE_INFINITY;
const rounds = count > 50_000 ? 12 : 40;
for (let round = 0; round < rounds; round++) {
  let longest = 0;
  let watching = true;
  let turn = process.cpuUsage();
  const watch = () => {
    longest = Math.max(longest, cpuMs(turn));
    turn = process.cpuUsage();
    if (watching) setImmediate(watch);
  };
  const began = process.cpuUsage();
  const collected = made.collect();
  setImmediate(watch);
  await collected;
  ms = Math.min(ms, cpuMs(began));
  watching = false;
  longest = Math.max(longest, cpuMs(turn));
  block = Math.min(block, longest);
  await new Promise((resolve) => setImmediate(resolve));
}
console.log(JSON.stringify({ ms: Number(ms.toFixed(2)), blockMs: Number(block.toFixed(2)), heap: Math.round(heap) }));
process.exit();
