// A fresh clone, an empty npm cache, and somebody who does what the quick start says and nothing else: their own Express
// application must be on the page in a real browser within the three minutes that are promised. The steps are read from
// the page itself, so the page and this test cannot disagree.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../browser/chromium.mjs";
import { freePort } from "../free-port.mjs";
import { temporaryDirectory } from "../server-process.mjs";
import { Terminal } from "./terminal.mjs";
import { readSteps, section } from "./tutorial.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROMISED_S = 180;
/** What a command of the page says when it can be used and goes on. */
const READY = /^(listening on )?http:\/\/127\.0\.0\.1:\d+/m;

const launched = await launchChromium();
if (launched === undefined) console.log("skipped: this machine has no Chromium; install Chrome or set CHROME_PATH");
const directory = temporaryDirectory();
const home = join(directory.path, "home");
const env = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|NODE_|ELASTIC_APM_|CI$|PORT$)/i.test(name)),
  ),
  npm_config_cache: join(home, "npm-cache"),
  ...(process.env.npm_config_registry && { npm_config_registry: process.env.npm_config_registry }),
  ELASTIC_APM_CLOUD_PROVIDER: "none",
};
const terminals = [];
let page;

/** Where a port of the page is taken, the documented way to another one is gone. */
const ports = {};
const inUse = (text) =>
  text
    .replaceAll("8200", ports[8200])
    .replaceAll("3000", ports[3000])
    .replace(/^npm start$/m, ports[8200] === "8200" ? "npm start" : `npm start -- --port ${ports[8200]}`);

beforeAll(async () => {
  mkdirSync(home);
  for (const port of ["8200", "3000"]) ports[port] = await portOrAnother(port);
  if (ports[8200] !== "8200") env.ELASTIC_APM_SERVER_URL = `http://127.0.0.1:${ports[8200]}`;
});
afterAll(async () => {
  for (const terminal of terminals.toReversed()) await terminal.interrupt();
  await launched?.close();
  directory.remove();
});

async function follow(text) {
  for (const step of readSteps(inUse(text))) {
    if (step.kind === "terminal") terminals.push(new Terminal(directory.path, env));
    else if (step.kind === "write") terminals.at(-1).write(step.file, step.text);
    else await terminals.at(-1).type(step.text, READY);
  }
}

/** The wanted port, or any other where it is taken. */
async function portOrAnother(wanted) {
  const server = createServer();
  const isFree = await new Promise((resolve) => {
    server.once("error", () => resolve(false)).listen(Number(wanted), "127.0.0.1", () => resolve(true));
  });
  if (!isFree) return String(await freePort());
  await new Promise((resolve) => server.close(resolve));
  return wanted;
}

const withBrowser = describe.skipIf(launched === undefined && process.env.CI !== "true");

withBrowser("a newcomer who follows the quick start", () => {
  it("finds it from the README", () => {
    expect(readFileSync(join(ROOT, "README.md"), "utf8")).toContain("(docs/quick-start.md)");
  });

  it("sees their own application within three minutes", { timeout: 600_000 }, async () => {
    const began = performance.now();
    const seconds = () => (performance.now() - began) / 1000;
    execFileSync("git", ["clone", "--quiet", "--no-hardlinks", ROOT, join(directory.path, "tidegauge")]);
    page = readFileSync(join(directory.path, "tidegauge", "docs", "quick-start.md"), "utf8");
    terminals.push(new Terminal(directory.path, env));
    await follow(section(page, "1.", "2."));
    const startedS = seconds();
    await follow(section(page, "2.", "4."));
    const address = /<(http\S+)>/.exec(inUse(section(page, "4.")))[1];
    const tab = await launched.browser.newPage();
    await tab.goto(new URL("/", address).href);
    await tab.getByRole("link", { name: "my-app", exact: true }).first().click({ timeout: 60_000 });
    await tab.getByText("GET /hello/:name").first().waitFor({ timeout: 60_000 });
    const seenS = seconds();
    expect(tab.url().split("?")[0]).toBe(address);
    await tab.close();
    console.log(`server and page after ${startedS.toFixed(0)} s, own application seen after ${seenS.toFixed(0)} s`);
    expect(seenS).toBeLessThan(PROMISED_S);
  });

  it("sees an application in TypeScript the same way", { timeout: 180_000 }, async () => {
    const [, file] = /TypeScript, Node 22\.18 or later \| `tidegauge run (\S+)`/.exec(page);
    const [, command] = /where `tidegauge` is `node (\S+)`/.exec(page);
    const node = execFileSync("npx", ["-y", "-p", "node@24", "node", "-p", "process.execPath"], {
      encoding: "utf8",
    }).trim();
    const port = await freePort();
    const terminal = new Terminal(join(directory.path, "my-app"), env);
    terminals.push(terminal);
    terminal.write(
      file,
      `import { createServer, type IncomingMessage } from "node:http";
      createServer((request: IncomingMessage, response) => response.end(request.url)).listen(${port}, "127.0.0.1", () =>
        console.log("http://127.0.0.1:${port}"));`,
    );
    await terminal.type(
      `ELASTIC_APM_SERVICE_NAME=typed ELASTIC_APM_METRICS_INTERVAL=1s "${node}" ${command} run ${file}`,
      READY,
    );
    await (await fetch(`http://127.0.0.1:${port}/`)).text();
    const services = `http://127.0.0.1:${ports[8200]}/api/v1/services`;
    const listed = async () => (await (await fetch(services)).json()).services.map(({ name }) => name);
    await expect.poll(listed).toContain("typed");
  });

  it("has metrics of their own a moment later", { timeout: 120_000 }, async () => {
    terminals.push(new Terminal(join(directory.path, "my-app"), env));
    const own = section(page, "Metrics of your own", "Next");
    await follow(own);
    // In the text, since it is a sentence there.
    const command = /`(node orders\.mjs)`/.exec(own)[1];
    await terminals.at(-1).type(command, READY);
    const address = `http://127.0.0.1:${ports[8200]}/api/v1/query`;
    const parameters = { service: "my-app", metric: "orders", aggregation: "sum", from: "now-10m", to: "now" };
    const { series } = await (await fetch(`${address}?${new URLSearchParams(parameters)}`)).json();
    expect(series[0].points.reduce((sum, [, value]) => sum + value, 0)).toBe(3);
  });
});
