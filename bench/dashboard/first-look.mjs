// From the command of a newcomer to charts that move: `tidegauge demo` is started, its page opened as soon as it says where, and looked at until the CPU
// chart of the shop has changed once.
//
//   node bench/dashboard/first-look.mjs [--runs 5] [--out bench/results/first-look.json]

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { launchChromium } from "../../conformance/browser/chromium.mjs";
import { TidegaugeProcess } from "../../conformance/server-process.mjs";
import { machine } from "../page.mjs";

const { values: flags } = parseArgs({
  options: {
    runs: { type: "string", default: "5" },
    out: { type: "string", default: fileURLToPath(new URL("../results/first-look.json", import.meta.url)) },
  },
});

const launched = await launchChromium();
if (launched === undefined) {
  console.error("this machine has no Chromium; install Chrome or set CHROME_PATH");
  process.exit(1);
}

/** The last point of the chart is another than `before`; gives it back. */
function lastPoint(before) {
  const point = document.querySelector("[data-testid=panel-cpu] .chart")?.getAttribute("data-last") ?? "";
  return point !== "" && point !== before && point;
}

async function look() {
  const start = performance.now();
  const sinceStart = () => Math.round(performance.now() - start);
  const demo = await TidegaugeProcess.start(["demo"]);
  const listeningMs = sinceStart();
  const context = await launched.browser.newContext({ viewport: { width: 1440, height: 1000 } });
  try {
    const page = await context.newPage();
    await page.goto(`${demo.url}/#/services/shop`);
    const point = await page.waitForFunction(lastPoint, "");
    const firstPointMs = sinceStart();
    await page.waitForFunction(lastPoint, await point.jsonValue());
    return { listeningMs, firstPointMs, movingMs: sinceStart() };
  } finally {
    await context.close();
    await demo.stop();
  }
}

const runs = [];
for (let run = 0; run < Number(flags.runs); run++) runs.push(await look());
await launched.close();
const least = (name) => Math.min(...runs.map((run) => run[name]));
const result = {
  what: "first-look",
  ...machine(),
  listeningMs: least("listeningMs"),
  firstPointMs: least("firstPointMs"),
  movingMs: least("movingMs"),
  runs,
};
writeFileSync(flags.out, `${JSON.stringify(result, null, 2)}\n`);
console.log(JSON.stringify(result, null, 2));
