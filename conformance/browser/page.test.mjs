// A real browser on the page of a real `tidegauge demo`.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TidegaugeProcess } from "../server-process.mjs";
import { launchChromium } from "./chromium.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const CPU_CHART = '[data-testid="panel-cpu"] [role="img"]';

const chromium = await launchChromium();
if (chromium === undefined)
  console.log("no browser here: install Chrome, or set CHROME_PATH; the browser suite is skipped");

describe.skipIf(chromium === undefined && process.env.CI !== "true")("the page in a browser", () => {
  let demo;
  let page;
  const problems = [];

  beforeAll(async () => {
    demo = await TidegaugeProcess.start(["demo"]);
    const context = await chromium.browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: "light" });
    page = await context.newPage();
    page.on("pageerror", (error) => problems.push(`exception: ${error.message}`));
    page.on("console", (message) => message.type() === "error" && problems.push(`console: ${message.text()}`));
    page.on("request", (request) => request.url().startsWith(demo.url) || problems.push(`request to ${request.url()}`));
  });

  afterAll(async () => {
    await chromium?.close();
    await demo?.stop();
  });

  /** The last point of the processor chart, as `<time> <value>`, once it is another than `before`. */
  async function nextPoint(before) {
    const chart = page.locator(CPU_CHART);
    await chart.waitFor();
    let point;
    await expect
      .poll(
        async () => {
          point = await chart.getAttribute("data-last");
          return point !== "" && point !== before;
        },
        { timeout: 60_000, interval: 200 },
      )
      .toBe(true);
    return point;
  }

  /** Everything axe finds, with the place. */
  async function accessibilityProblems() {
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} at ${target}: ${failureSummary}`),
    );
  }

  it("lists the demo's services, each with a link to its charts", async () => {
    await page.goto(demo.url);
    await page.getByRole("link", { name: "shop-worker" }).waitFor();
    await page.getByRole("link", { name: "shop", exact: true }).click();
    await page.locator(CPU_CHART).waitFor();
    expect(page.url()).toContain("#/services/shop");
  });

  it("shows processor, memory, heap, event loop and the shop's own metrics", async () => {
    for (const text of [
      "CPU usage",
      "System memory",
      "Process memory",
      "JavaScript heap",
      "Event loop delay",
      "shop.orders",
    ]) {
      await page.getByRole("heading", { name: text }).first().waitFor();
    }
  });

  it("sees the CPU chart change twice by itself", async () => {
    const first = await nextPoint("");
    const second = await nextPoint(first);
    const third = await nextPoint(second);
    expect(new Set([first, second, third]).size).toBe(3);
  });

  it("zooms into what is dragged over, and goes back by a double click", async () => {
    await page.goto(`${demo.url}/#/services/shop?from=now-1m`); // the demo is young: most of a longer range is empty
    const chart = page.locator(CPU_CHART);
    const range = async () =>
      Number(await chart.getAttribute("data-to")) - Number(await chart.getAttribute("data-from"));
    await expect.poll(range, { timeout: 20_000 }).toBeLessThan(90_000);
    const before = await range();
    const { x, y, width, height } = await chart.locator(".u-over").boundingBox();
    await page.mouse.move(x + width * 0.6, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.99, y + height / 2, { steps: 8 });
    await page.mouse.up();
    await expect.poll(range, { timeout: 20_000 }).toBeLessThan(before * 0.6);
    await chart.locator(".u-over").dblclick();
    await expect.poll(range, { timeout: 20_000 }).toBe(before);
  });

  it.each(["light", "dark"])("passes axe in the %s theme, on every page", async (theme) => {
    const button = page.getByTestId("theme-switch");
    await expect
      .poll(async () => {
        if ((await button.getAttribute("data-theme-choice")) !== theme) await button.click();
        return button.getAttribute("data-theme-choice");
      })
      .toBe(theme);
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const brightness = Math.max(...background.match(/\d+/g).slice(0, 3).map(Number));
    expect(brightness > 128 ? "light" : "dark", background).toBe(theme);
    for (const hash of ["#/services/shop", "#/services", "#/explore"]) {
      await page.goto(`${demo.url}/${hash}`);
      await page.locator("main h1, main h2, main h3").first().waitFor();
      expect(await accessibilityProblems(), hash).toEqual([]);
    }
  });

  it("asks no other host, and reports no error", () => {
    expect(problems).toEqual([]);
  });
});
