// node --expose-gc measure.mjs <subject> <case>: nanoseconds of CPU and bytes allocated for one operation; the least of several rounds, since others use the machine too.
import { SUBJECTS } from "./subjects.mjs";

const [subject, name] = process.argv.slice(2);
const operation = SUBJECTS[subject]()[name];
if (operation === undefined) {
  console.log("null");
  process.exit();
}
for (let round = 0; round < 10; round++) operation(50_000);
let count = 200_000;
for (;;) {
  const began = process.hrtime.bigint();
  operation(count);
  if (Number(process.hrtime.bigint() - began) > 25e6 || count > 5e7) break;
  count *= 2;
}
let ns = Number.POSITIVE_INFINITY;
let bytes = Number.POSITIVE_INFINITY;
for (let round = 0; round < 12; round++) {
  const cpu = process.cpuUsage();
  operation(count);
  const { user, system } = process.cpuUsage(cpu);
  ns = Math.min(ns, ((user + system) * 1000) / count);
}
// Few enough operations that no collection falls between the two looks at the heap.
for (let round = 0; round < 12; round++) {
  globalThis.gc();
  const heap = process.memoryUsage().heapUsed;
  operation(2000);
  const grown = process.memoryUsage().heapUsed - heap;
  if (grown >= 0) bytes = Math.min(bytes, grown / 2000);
}
console.log(JSON.stringify({ ns: Number(ns.toFixed(2)), bytes: Math.round(bytes) }));
process.exit();
