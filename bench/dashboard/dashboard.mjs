// What the page costs, on a store with 50 services × 4 nodes × 24 h:
//
//   node bench/dashboard/dashboard.mjs [--services 50] [--nodes 4] [--hours 24] [--every 30] [--out bench/results/dashboard.json]
//
// Times until a page can be used are the minimum of several openings: the machine is shared. Drawing is measured from the arrival of ten series of a
// thousand points to the frame after they are on the canvas. Memory is looked at over an hour's worth of refreshes, the clock of the page running faster.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { launchChromium } from "../../conformance/browser/chromium.mjs";
import { TidegaugeProcess, temporaryDirectory } from "../../conformance/server-process.mjs";
import { machine } from "../page.mjs";
import { fill } from "./fill.mjs";
import { countRefreshes, measureDrawing } from "./in-page.mjs";

const { values: flags } = parseArgs({
  options: {
    services: { type: "string", default: "50" },
    nodes: { type: "string", default: "4" },
    hours: { type: "string", default: "24" },
    every: { type: "string", default: "30" },
    refreshes: { type: "string", default: "1800" },
    out: { type: "string", default: fileURLToPath(new URL("../results/dashboard.json", import.meta.url)) },
  },
});
const OPENINGS = 5;

const launched = await launchChromium();
if (launched === undefined) {
  console.error("this machine has no Chromium; install Chrome or set CHROME_PATH");
  process.exit(1);
}
const { browser, close } = launched;
const directory = temporaryDirectory();
const server = await TidegaugeProcess.start(["serve", "--data-dir", directory.path, "--retention", "0"]);

async function open(hash, ready, init) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
  if (init) await context.addInitScript(init);
  const page = await context.newPage();
  const start = performance.now();
  await page.goto(`${server.url}/${hash}`);
  await page.locator(ready).first().waitFor();
  return { context, page, ms: performance.now() - start };
}

async function fastest(hash, ready) {
  const times = [];
  for (let opening = 0; opening < OPENINGS; opening++) {
    const { context, ms } = await open(hash, ready);
    await context.close();
    times.push(ms);
  }
  return { minMs: Math.round(Math.min(...times)), allMs: times.map(Math.round) };
}

/** Processor time of the page's thread from the answer's arrival to the frame that shows it, and the same by the clock on the wall. */
async function drawing() {
  const cpu = [];
  const wall = [];
  for (let opening = 0; opening < OPENINGS; opening++) {
    const { context, page } = await open(
      "#/explore?metric=synthetic&by=line",
      "[data-testid=explore-result] [data-state=loading]",
      measureDrawing,
    );
    const session = await context.newCDPSession(page);
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    const busyMs = async () => {
      const { metrics } = await session.send("Performance.getMetrics");
      return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0) * 1000;
    };
    const before = await busyMs();
    await page.evaluate(() => globalThis.answerNow());
    await page.waitForFunction(() => globalThis.drawnAfterMs !== undefined);
    cpu.push((await busyMs()) - before);
    wall.push(await page.evaluate(() => globalThis.drawnAfterMs));
    await context.close();
  }
  return { series: 10, points: 1000, minCpuMs: Math.round(Math.min(...cpu)), minMs: Math.round(Math.min(...wall)) };
}

/** Heap after a forced collection, and how many nodes the document keeps alive. */
async function memoryOf(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  const { nodes, jsEventListeners } = await session.send("Memory.getDOMCounters");
  await session.detach();
  return { heapMiB: Math.round((usedSize / 2 ** 20) * 10) / 10, nodes, listeners: jsEventListeners };
}

async function liveHour(refreshes) {
  const { context, page } = await open("#/services/synthetic?from=now-15m", ".chart[data-last^='1']", countRefreshes);
  const until = (count) =>
    page.waitForFunction((wanted) => globalThis.refreshes >= wanted, count, { timeout: 1_200_000, polling: 500 });
  await until(Math.round(refreshes / 10));
  const before = await memoryOf(page);
  await until(refreshes);
  const after = await memoryOf(page);
  await context.close();
  return { refreshes, before, after, grownMiB: Math.max(0, Math.round((after.heapMiB - before.heapMiB) * 10) / 10) };
}

try {
  const shape = {
    services: Number(flags.services),
    nodes: Number(flags.nodes),
    hours: Number(flags.hours),
    everyMs: Number(flags.every) * 1000,
  };
  console.error(`filling: ${JSON.stringify(shape)}`);
  const metricsets = await fill(server.url, shape);
  const result = {
    what: "dashboard",
    ...machine(),
    store: { ...shape, metricsets },
    servicesPage24h: await fastest("#/services?from=now-24h", "[data-testid=services] tbody tr"),
    servicesPageNumbers24h: await fastest("#/services?from=now-24h", "[data-testid=services] .sparkline"),
    servicePage24h: await fastest(
      "#/services/service-1?from=now-24h",
      "[data-testid=panel-cpu] .chart[data-last^='1']",
    ),
    explorer24h: await fastest(
      "#/explore?metric=system.cpu.total.norm.pct&by=service.name&from=now-24h",
      ".chart[data-last^='1']",
    ),
    drawing: await drawing(),
    liveHour: await liveHour(Number(flags.refreshes)),
  };
  writeFileSync(flags.out, `${JSON.stringify(result, null, 2)}\n`);
  console.log(JSON.stringify(result, null, 2));
} finally {
  await server.stop();
  directory.remove();
  await close();
}
