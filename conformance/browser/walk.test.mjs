import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TidegaugeProcess } from "../server-process.mjs";
import { launchChromium } from "./chromium.mjs";
import { DashboardPage, eventually } from "./dashboard-page.mjs";

const launched = await launchChromium();
if (launched === undefined) console.log("skipped: this machine has no Chromium; install Chrome or set CHROME_PATH");
afterAll(() => launched?.close());

/** `97.5 %` → 97.5, `1.5 GiB` → bytes, `12 ms` → microseconds. */
function numberOf(text) {
  const [, digits, unit = ""] = /([\d.]+)\s*(\S*)/.exec(text) ?? [];
  const factors = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, ms: 1e3, s: 1e6 };
  return Number(digits) * (factors[unit] ?? 1);
}

describe.skipIf(launched === undefined && process.env.CI !== "true")(
  "a newcomer with nothing but the page of the demo",
  () => {
    let demo;
    let tab;
    beforeAll(async () => {
      demo = await TidegaugeProcess.start(["demo"]);
      tab = await DashboardPage.open(launched.browser, demo.url);
      await tab.go("#/services?from=now-5m");
    });
    afterAll(async () => {
      await tab?.close();
      await demo?.stop();
    });

    it("finds the slow endpoint and why it is slow", async () => {
      await tab.byTestId("service-shop").getByRole("link", { name: "shop" }).click();
      const table = tab.byTestId("transactions");
      await eventually(() => table.getByRole("button", { name: "GET /search" }).count()).toBe(1);
      await eventually(() => table.locator("tbody tr").count()).toBeGreaterThan(2);
      await table.getByRole("button", { name: "Mean" }).click();
      await eventually(() => table.locator("tbody tr").first().textContent()).toContain("GET /search");
      await table.getByRole("button", { name: "GET /search" }).click();
      const spans = tab.byTestId("spans").locator("tbody tr").first();
      await eventually(() => spans.locator("th").textContent()).toBe("db/shopdb");
      // One statement a product, where one statement would do.
      expect(numberOf(await spans.locator("td").nth(0).textContent())).toBeGreaterThan(10);
      expect(numberOf(await spans.locator("td").nth(2).textContent())).toBeGreaterThan(80);
    });

    it("finds the service that leaks", async () => {
      await tab.go("#/services/shop?from=now-5m");
      const heap = await tab.chart("heap");
      const first = numberOf(await tab.byTestId("panel-heap").locator(".legend-value").first().textContent());
      const carts = await tab.chart("shop.carts");
      const [, before] = (await carts.getAttribute("data-last")).split(" ");
      // The garbage collector takes some back in between: what counts is that it comes again and more.
      await eventually(async () => Number((await carts.getAttribute("data-last")).split(" ")[1])).toBeGreaterThan(
        Number(before),
      );
      await heap.scrollIntoViewIfNeeded();
      const now = async () => numberOf(await tab.byTestId("panel-heap").locator(".legend-value").first().textContent());
      await eventually(now).toBeGreaterThan(first);
    });

    it("sees which label makes the series", async () => {
      await tab.go("#/health?from=now-5m");
      const row = tab.byTestId("cardinality").locator("tbody tr").filter({ hasText: "shop.requests" });
      await eventually(() => row.locator("td").nth(1).textContent()).toBe("route");
      await row.getByRole("link").click();
      await tab.byTestId("explore-result").locator(".chart").waitFor();
      expect(tab.page.url()).toContain("by=route");
    });
  },
);
