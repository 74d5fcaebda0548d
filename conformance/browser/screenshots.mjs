// Takes the pictures of README and docs from a demo that has run for a while:
//
//   node conformance/browser/screenshots.mjs [directory, default docs/images] [seconds to wait, default 480] [pages] [address]
//
// Pages are names of PAGES, such as `service,health`, or `all`. With the address of a demo that runs already, that one is taken.
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { TidegaugeProcess, temporaryDirectory } from "../server-process.mjs";
import { launchChromium } from "./chromium.mjs";
import { DashboardPage } from "./dashboard-page.mjs";

const directory = process.argv[2] ?? fileURLToPath(new URL("../../docs/images", import.meta.url));
const seconds = Number(process.argv[3] ?? 480); // the shop has been restarted by then
const only = process.argv[4] ?? "all";
const address = process.argv[5];

const PAGES = {
  services: "#/services?from=now-5m",
  service: "#/services/shop?from=now-5m",
  transaction: "#/services/shop?from=now-5m&transaction=GET+/search",
  leak: "#/explore?service=shop&metric=nodejs.memory.heap.used.bytes&aggregation=min&from=now-15m",
  previews: "#/explore?service=shop&from=now-5m",
  explore: "#/explore?service=shop&metric=shop.request.duration.count&by=route&view=stack&from=now-5m",
  heatmap: "#/explore?service=shop&metric=transaction.duration.us&view=heatmap&from=now-5m",
  configuration: "#/config",
  health: "#/health?from=now-5m",
};

/** Of servers of their own, without a service: what they are started with, and what has to be seen. */
const FIRST = {
  "first-run": { args: [], ready: "first-run" },
  login: { args: ["--secret-token", "a-token-that-is-long"], ready: "login" },
};

/** Every option of it is harmless to the demo. */
const CONFIGURATION = [
  { service: { name: "shop" }, settings: { transaction_ignore_urls: "/healthz, /static/*", log_level: "warning" } },
];

/** On a phone these say enough. */
const NARROW = ["services", "service", "transaction", "health", "first-run", "login"];

const LOOKS = ["light", "dark"].flatMap((theme) => [1440, 390].map((width) => ({ theme, width })));

/** @param {string} name @param {number} width */
function isWanted(name, width) {
  return (width > 600 || NARROW.includes(name)) && (only === "all" || only.split(",").includes(name));
}

/** @param {string} url @param {object[]} entries */
async function configure(url, entries) {
  const headers = { "content-type": "application/json" };
  await fetch(`${url}/api/v1/agent-config`, { method: "PUT", headers, body: JSON.stringify({ entries }) });
}

/** Runs in the page: everything on the screen has its data. */
function nothingLoads() {
  return [...document.querySelectorAll("[data-state=loading]")].every(
    (note) => note.getBoundingClientRect().top > innerHeight,
  );
}

const launched = await launchChromium();
if (launched === undefined) {
  console.error("this machine has no Chromium; install Chrome or set CHROME_PATH");
  process.exit(1);
}
mkdirSync(directory, { recursive: true });
const demo = address === undefined ? await TidegaugeProcess.start(["demo"]) : { url: address, stop: async () => {} };
try {
  await configure(demo.url, CONFIGURATION);
  await wait(seconds * 1000);
  for (const { theme, width } of LOOKS) {
    for (const [name, hash] of Object.entries(PAGES)) {
      if (!isWanted(name, width)) continue;
      const tab = await DashboardPage.open(launched.browser, demo.url, { width, theme });
      await tab.go(hash);
      await tab.page.locator("h1").waitFor();
      await wait(1000);
      await tab.page.waitForFunction(nothingLoads, null, { timeout: 60_000 });
      await wait(1000);
      await tab.page.screenshot({ path: join(directory, `${name}-${theme}-${width}.png`) });
      await tab.page.context().close();
    }
  }
  for (const [name, { args, ready }] of Object.entries(FIRST)) {
    const data = temporaryDirectory();
    const server = await TidegaugeProcess.start(["serve", "--data-dir", data.path, ...args]);
    for (const { theme, width } of LOOKS.filter((look) => isWanted(name, look.width))) {
      const tab = await DashboardPage.open(launched.browser, server.url, { width, theme });
      await tab.go("");
      await tab.byTestId(ready).waitFor();
      await tab.page.screenshot({ path: join(directory, `${name}-${theme}-${width}.png`) });
      await tab.page.context().close();
    }
    await server.stop();
    data.remove();
  }
  // The picture of README.
  const service = join(directory, "service-light-1440.png");
  if (existsSync(service)) copyFileSync(service, join(directory, "dashboard.png"));
  if (address !== undefined) await configure(demo.url, []);
} finally {
  await demo.stop();
  await launched.close();
}
