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
const MANY = 20_000;
const heapUsed = () => {
  for (let round = 0; round < 4; round++) globalThis.gc();
  return process.memoryUsage().heapUsed;
};
/** Bytes of heap a series takes, of so many more. */
async function heapOf(first, more) {
  const before = heapUsed();
  for (let id = first; id < first + more; id++) add(id, buckets);
  await made.collect();
  return (heapUsed() - before) / more;
}
add(0, buckets);
await made.collect();
let heap = await heapOf(1, count - 1);

const cpuMs = (since) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};
let ms = Number.POSITIVE_INFINITY;
let block = Number.POSITIVE_INFINITY;
const rounds = count > 50_000 ? 12 : 200;
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

// With few series, what the library keeps once, code above all, would show: then it is seen in many more of them.
if (count < MANY) heap = await heapOf(count, MANY);
console.log(JSON.stringify({ ms: Number(ms.toFixed(2)), blockMs: Number(block.toFixed(2)), heap: Math.round(heap) }));
process.exit();
