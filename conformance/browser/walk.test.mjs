import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TidegaugeProcess } from "../server-process.mjs";
import { launchChromium } from "./chromium.mjs";
import { DashboardPage, eventually } from "./dashboard-page.mjs";
import { Keyboard } from "./keyboard.mjs";

const launched = await launchChromium();
if (launched === undefined) console.log("skipped: this machine has no Chromium; install Chrome or set CHROME_PATH");
afterAll(() => launched?.close());

/** A leak is one only after a while. */
const inTime = (read) => expect.poll(read, { timeout: 150_000, interval: 500 });

/** `97.5 %` → 97.5, `1.5 GiB` → bytes, `12 ms` → microseconds. */
function numberOf(text) {
  const [, digits, unit = ""] = /([\d.]+)\s*(\S*)/.exec(text) ?? [];
  const factors = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, ms: 1e3, s: 1e6 };
  return Number(digits) * (factors[unit] ?? 1);
}

describe.skipIf(launched === undefined && process.env.CI !== "true")(
  "a newcomer with nothing but the page of the demo",
  { timeout: 180_000 },
  () => {
    let demo;
    /** @type {DashboardPage} */
    let tab;
    beforeAll(async () => {
      demo = await TidegaugeProcess.start(["demo"]);
      tab = await DashboardPage.open(launched.browser, demo.url);
    });
    afterAll(async () => {
      await tab?.close();
      await demo?.stop();
    });

    it("sees charts that move, over a range that fits the age of the data", async () => {
      await tab.go("");
      await tab.byTestId("service-shop").getByRole("link", { name: "shop", exact: true }).click();
      // A service is listed when it says hello; how young the data is shows with its first report.
      await eventually(() => tab.byTestId("time-range").textContent()).toBe("Last minute");
      const cpu = await tab.chart("cpu");
      for (let moves = 0; moves < 2; moves++) {
        const before = await cpu.getAttribute("data-last");
        await eventually(() => cpu.getAttribute("data-last")).not.toBe(before);
      }
      await tab.byTestId("live").click();
      // What is paused is that minute, also for whom the address is sent to.
      await eventually(() => tab.page.url()).toContain("from=now-1m");
      await tab.go("#/services/shop?from=now-15m");
      await tab.chart("cpu");
      expect(await tab.byTestId("time-range").textContent(), "a range in the address counts").toBe("Last 15 minutes");
    });

    it("finds the slow endpoint and why it is slow", async () => {
      await tab.go("#/services/shop");
      const table = tab.byTestId("transactions");
      await eventually(() => table.getByRole("button", { name: "GET /search" }).count()).toBe(1);
      await eventually(() => table.locator("tbody tr").count()).toBeGreaterThan(2);
      await table.getByRole("button", { name: "Mean" }).click();
      await eventually(() => table.locator("tbody tr").first().textContent()).toContain("GET /search");
      await table.getByRole("button", { name: "GET /search" }).click();
      const spans = tab.byTestId("spans");
      const first = spans.locator("tbody tr").first();
      await eventually(() => first.locator("th").textContent()).toBe("db/shopdb");
      // One statement a product, where one statement would do.
      expect(numberOf(await first.locator("td").nth(0).textContent())).toBeGreaterThan(10);
      expect(numberOf(await first.locator("td").nth(2).textContent())).toBeGreaterThan(80);
      await spans.getByRole("button", { name: "Span type" }).click();
      await eventually(() => first.locator("th").textContent()).toBe("app");
    });

    it("finds the service that leaks, and sees its heap climb", async () => {
      await tab.go("#/services?from=now-5m");
      const flag = tab.byTestId("service-shop").getByTestId("flag-heap");
      await inTime(() => flag.count()).toBe(1);
      expect(await flag.textContent()).toMatch(/heap climbs [\d.]+ MiB\/min/);
      expect(await tab.byTestId("service-shop-worker").getByTestId("flag-heap").count()).toBe(0);
      await flag.click();
      await eventually(() => tab.byTestId("explore-result").locator("h2").textContent()).toBe(
        "nodejs.memory.heap.used.bytes",
      );
      await tab.byTestId("explore-result").locator(".chart[data-last^='1']").waitFor();
      expect(tab.page.url()).toContain("service=shop");
      await tab.go("#/services/shop?from=now-5m");
      const carts = await tab.chart("shop.carts");
      const [, before] = (await carts.getAttribute("data-last")).split(" ");
      await eventually(async () => Number((await carts.getAttribute("data-last")).split(" ")[1])).toBeGreaterThan(
        Number(before),
      );
      await tab.chart("heap");
    });

    it("sees which label explodes", async () => {
      await tab.go("#/services?from=now-5m");
      const flag = tab.byTestId("service-shop").getByTestId("flag-series");
      await inTime(() => flag.count()).toBe(1);
      await flag.click();
      await tab.chart("agent-overflow");
      await eventually(() => tab.byTestId("overflow").textContent()).toMatch(
        /shop\.page\.views has reached the limit of series\. Its label visitor makes them, with \d+ values/,
      );
      const row = tab.byTestId("cardinality").locator("tbody tr").first();
      expect(await row.locator("th").textContent()).toContain("shop.page.views");
      expect(await row.locator("td").nth(1).textContent()).toBe("visitor");
      await row.getByRole("link").click();
      await tab.byTestId("explore-result").locator(".chart").waitFor();
      expect(tab.page.url()).toContain("by=visitor");
      // The explorer says the same by itself.
      await tab.page.getByLabel("Order of the metrics").selectOption("series");
      await eventually(() => tab.page.locator(".metric-name").first().textContent()).toBe("shop.page.views");
    });

    it("sees all five metric sets of the demo on one page", async () => {
      await tab.go("#/services/shop?from=now-5m");
      const { metrics } = await (await fetch(`${demo.url}/api/v1/metrics?service=shop`)).json();
      const hasCgroup = metrics.some(({ name }) => name.startsWith("system.process.cgroup.memory."));
      const sections = {
        "CPU and memory": ["cpu", "system-memory", "process-memory", ...(hasCgroup ? ["cgroup-memory"] : [])],
        Transactions: ["breakdown"],
        Prometheus: ["prometheus.metrics.payment_attempts", "prometheus.metrics.payment_seconds"],
        "Custom metrics": ["shop.orders", "shop.basket.value", "shop.carts"],
      };
      for (const [section, panels] of Object.entries(sections)) {
        const region = tab.page
          .locator("section.section")
          .filter({ has: tab.page.locator("h2", { hasText: section }) });
        for (const panel of panels) {
          await eventually(() => region.getByTestId(`panel-${panel}`).count()).toBe(1);
          await tab.chart(panel);
        }
      }
    });

    it("walks all three findings with the keyboard alone", async () => {
      await tab.go("#/services?from=now-5m");
      const keyboard = new Keyboard(tab.page);
      const shop = tab.byTestId("service-shop");
      await inTime(() => shop.locator(".flag").count()).toBe(2);
      // What leaks
      await keyboard.tabTo(/^heap climbs/);
      await keyboard.press("Enter");
      await tab.byTestId("explore-result").locator(".chart[data-last^='1']").waitFor();
      // Which endpoint is slow, and why
      await tab.page.goBack();
      await shop.waitFor();
      await keyboard.tabTo("shop");
      await keyboard.press("Enter");
      await tab.byTestId("transactions").getByRole("button", { name: "GET /search" }).waitFor();
      await keyboard.tabTo(/^Mean/);
      await keyboard.press("Enter");
      await keyboard.tabTo("GET /search");
      await keyboard.press("Enter");
      await eventually(() => tab.byTestId("spans").locator("tbody th").first().textContent()).toBe("db/shopdb");
      // Which label explodes
      await keyboard.tabTo("Health", "Shift+Tab");
      await keyboard.press("Enter");
      await tab.byTestId("overflow").waitFor();
      await keyboard.tabTo("shop.page.views");
      await keyboard.press("Enter");
      await tab.byTestId("explore-result").locator(".chart").waitFor();
      expect(tab.page.url()).toContain("by=visitor");
    });
  },
);
