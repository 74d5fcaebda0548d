import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TidegaugeProcess, temporaryDirectory } from "../server-process.mjs";
import { launchChromium } from "./chromium.mjs";
import { DashboardPage, eventually, THEMES } from "./dashboard-page.mjs";
import { Keyboard } from "./keyboard.mjs";

const launched = await launchChromium();
if (launched === undefined) console.log("skipped: this machine has no Chromium; install Chrome or set CHROME_PATH");
const browser = launched?.browser;
afterAll(() => launched?.close());

/** Long enough that the server does not warn. */
const SECRET = "a-token-that-is-long";

const attribute = (locator, name) => () => locator.getAttribute(name);

/** Where a chart has its plot. */
const MIDDLE = { position: { x: 200, y: 60 } };

describe.skipIf(launched === undefined && process.env.CI !== "true")("the page, over a demo with real agents", () => {
  /** @type {TidegaugeProcess} */
  let demo;
  /** @type {ReturnType<typeof temporaryDirectory>} */
  let directory;
  /** @type {DashboardPage} */
  let tab;

  beforeAll(async () => {
    directory = temporaryDirectory();
    demo = await TidegaugeProcess.start(["demo", "--data-dir", directory.path]);
    tab = await DashboardPage.open(browser, demo.url);
    await tab.go("#/services?from=now-5m");
    await tab.byTestId("service-shop").waitFor();
  });
  afterAll(async () => {
    await tab?.close();
    await demo?.stop();
    directory?.remove();
  });

  /** How long the shop has been reporting. */
  const reportedForMs = async () => {
    const { services } = await (await fetch(`${demo.url}/api/v1/services`)).json();
    return Date.now() - Date.parse(services.find(({ name }) => name === "shop")?.firstSeen);
  };

  it("loads in at most 60 KB, compressed", async () => {
    const first = await DashboardPage.open(browser, demo.url);
    const bodies = [];
    first.page.on("response", (response) => bodies.push(response));
    await first.go("#/services");
    await first.byTestId("services").waitFor();
    let bytes = 0;
    for (const response of bodies) {
      const isPage = !response.url().includes("/api/") && response.url().startsWith(demo.url);
      if (isPage) bytes += gzipSync(await response.body(), { level: 9 }).length;
    }
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(60 * 1024);
    await first.close();
  });

  /** Drags over a part of a chart, given in fractions of its width. */
  const drag = async (chart, from, to) => {
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    await tab.page.mouse.move(box.x + box.width * from, box.y + 60);
    await tab.page.mouse.down();
    await tab.page.mouse.move(box.x + box.width * to, box.y + 70, { steps: 6 });
    await tab.page.mouse.up();
  };

  it("lists services with their numbers, and finds and sorts them, all kept in the address", async () => {
    await tab.go("#/services?from=now-5m");
    const row = tab.byTestId("service-shop");
    await eventually(() => row.locator("[data-label=Throughput]").textContent()).toMatch(/[\d.]+\/s/);
    await eventually(() => row.locator("[data-label=p95]").textContent()).toMatch(/ms|µs|s/);
    await eventually(() => row.locator("[data-label=Memory]").textContent()).toMatch(/MiB/);
    expect(await row.locator("[data-status=reporting]").count()).toBe(1);

    await tab.page.getByRole("button", { name: "Service" }).first().click();
    await eventually(() => tab.page.locator("tbody tr").first().getAttribute("data-testid")).toBe(
      "service-shop-worker",
    );
    await tab.page.getByRole("searchbox", { name: "Search services" }).fill("worker");
    await eventually(() => tab.page.locator("tbody tr").count()).toBe(1);
    await tab.page.reload();
    await eventually(() => tab.page.locator("tbody tr").count()).toBe(1);
    expect(tab.page.url()).toContain("q=worker");
    expect(tab.page.url()).toContain("sort=-name");
  });

  it("draws every group of a Node.js service and the application's own metrics, and moves by itself", async () => {
    await tab.go("#/services/shop?from=now-5m");
    const cpu = await tab.chart("cpu");
    const before = await cpu.getAttribute("data-last");
    for (const panel of [
      "process-cpu",
      "system-memory",
      "process-memory",
      "heap",
      "event-loop-delay",
      "event-loop-utilization",
      "handles",
      "gc-time",
      "gc-pauses",
      "external-memory",
      "throughput",
      "latency",
      "breakdown",
      "shop.orders",
      "shop.carts",
    ]) {
      await tab.chart(panel);
    }
    await cpu.scrollIntoViewIfNeeded();
    await eventually(attribute(cpu, "data-last")).not.toBe(before);
  });

  it("zooms all charts by a drag, and goes back by a double click", async () => {
    await tab.go("#/services/shop?from=now-5m");
    // The part that is zoomed into ends some ten seconds ago, and a panel without data has no chart.
    await eventually(reportedForMs).toBeGreaterThan(20_000);
    const cpu = await tab.chart("cpu");
    const heap = await tab.chart("heap");
    const entries = () => tab.page.evaluate(() => history.length);
    const before = await entries();
    await drag(cpu, 0.88, 0.97);
    const length = async (chart) =>
      Number(await chart.getAttribute("data-to")) - Number(await chart.getAttribute("data-from"));
    await eventually(() => length(cpu)).toBeLessThan(60_000);
    await eventually(() => length(heap)).toBe(await length(cpu));
    expect(await heap.getAttribute("data-from")).toBe(await cpu.getAttribute("data-from"));
    expect(await attribute(tab.byTestId("live"), "data-live")()).toBe("false");
    expect(await entries(), "one step back, however many charts there are").toBe(before + 1);
    await cpu.dblclick(MIDDLE);
    await eventually(() => length(cpu)).toBe(5 * 60_000);
    expect(await attribute(tab.byTestId("live"), "data-live")()).toBe("true");
  });

  it("goes back from a zoom to what was shown: a chosen range, a pause; and nowhere without a zoom", async () => {
    const address = () => tab.page.evaluate(() => location.hash);
    await tab.go("#/services/shop?from=now-3h");
    const cpu = await tab.chart("cpu");
    await cpu.dblclick(MIDDLE);
    await tab.page.mouse.move(1, 1); // the keys zoom in around what is pointed at, else around the newest
    await cpu.focus();
    await tab.page.keyboard.press("Escape");
    await tab.page.keyboard.press("-");
    expect(await address()).toBe("#/services/shop?from=now-3h");

    await tab.page.keyboard.press("+");
    await eventually(address).not.toContain("now");
    await tab.byTestId("time-range").click();
    await tab.page.getByRole("button", { name: "Show", exact: true }).click();
    const chosen = await address();
    await (await tab.chart("cpu")).press("+");
    await eventually(address).not.toBe(chosen);
    await (await tab.chart("cpu")).press("Escape");
    await eventually(address).toBe(chosen);

    await tab.go("#/services/shop?from=now-5m");
    await tab.byTestId("live").click();
    const paused = await address();
    expect(paused).toContain("at=");
    await (await tab.chart("cpu")).press("+");
    await eventually(address).not.toBe(paused);
    await (await tab.chart("cpu")).press("Escape");
    await eventually(address).toBe(paused);
    expect(await tab.byTestId("live").textContent()).toBe("Paused");
  });

  it("shares the cursor between charts and shows the values under them", async () => {
    await tab.go("#/services/shop?from=now-5m");
    const cpu = await tab.chart("cpu");
    await tab.chart("process-cpu");
    const box = await cpu.boundingBox();
    await tab.page.mouse.move(box.x + box.width * 0.9, box.y + 60);
    const time = (panel) => tab.byTestId(`panel-${panel}`).locator(".panel-cursor-time").textContent();
    await eventually(() => time("cpu")).toMatch(/^\d\d:\d\d:\d\d$/);
    await eventually(async () => (await time("process-cpu")) === (await time("cpu"))).toBe(true); // both move on live
    await tab.page.mouse.move(0, 0);
    await eventually(() => tab.byTestId("panel-cpu").locator(".panel-cursor-time").count()).toBe(0);
  });

  it("hides, shows and isolates series", async () => {
    const chart = await tab.chart("cpu");
    const legend = (name) => tab.byTestId("panel-cpu").getByRole("button", { name, exact: false });
    await legend("system").click();
    await eventually(attribute(chart, "data-series")).toBe("1");
    await legend("system").click();
    await eventually(attribute(chart, "data-series")).toBe("2");
    await legend("process").click({ modifiers: ["Shift"] });
    await eventually(attribute(chart, "data-series")).toBe("1");
    expect(await legend("system").getAttribute("aria-pressed")).toBe("false");
    await legend("process").click({ modifiers: ["Shift"] });
    await eventually(attribute(chart, "data-series")).toBe("2");
    await legend("system").dblclick();
    await eventually(attribute(chart, "data-series")).toBe("1");
    expect(await legend("process").getAttribute("aria-pressed")).toBe("false");
    await legend("system").dblclick();
    await eventually(attribute(chart, "data-series")).toBe("2");
  });

  it("shows every chart as a table", async () => {
    await tab.page.getByRole("button", { name: "CPU usage: values as a table" }).click();
    const table = tab.byTestId("panel-cpu").locator("table");
    await eventually(() => table.locator("thead th").allInnerTexts()).toEqual(["Time", "system", "process"]);
    // A step in which only one of the two reported shows a dash for the other.
    expect(await table.locator("tbody tr").allTextContents()).toContainEqual(
      expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\s*[\d.]+ %\s*[\d.]+ %/),
    );
    await tab.page.getByRole("button", { name: "CPU usage: values as a table" }).click();
    await tab.chart("cpu");
  });

  it("stands still while paused, with filters working, and goes on", async () => {
    await tab.byTestId("live").click();
    await eventually(() => tab.page.url()).toContain("at=");
    const cpu = await tab.chart("cpu");
    await eventually(attribute(cpu, "data-to")).toBe(new URL(tab.page.url().replace("#/", "")).searchParams.get("at"));
    const end = await cpu.getAttribute("data-to");
    const range = tab.byTestId("time-range");
    await range.click();
    await tab.page.getByRole("button", { name: "Last 30 minutes" }).click();
    await eventually(() => range.textContent()).toBe("Last 30 minutes");
    await tab.page.evaluate((at) => {
      location.hash = location.hash.replace("to=now", `to=now&at=${at}`);
    }, end);
    await eventually(attribute(cpu, "data-to")).toBe(end);
    expect(await tab.byTestId("live").textContent()).toBe("Paused");
    await tab.byTestId("live").click();
    await eventually(attribute(cpu, "data-to")).not.toBe(end);
  });

  it("dims what answers an older question, under its own name, until the new answer is there", async () => {
    await tab.go("#/explore?service=shop&metric=shop.orders&aggregation=rate&from=now-5m");
    const chart = tab.page.locator("[aria-busy] .chart");
    await chart.waitFor();
    const shown = () => chart.evaluate((element) => [element.ariaLabel, getComputedStyle(element).opacity]);
    await eventually(shown).toEqual(["shop.orders, rate", "1"]);
    let answer = () => {};
    const wanted = new Promise((resolve) => {
      answer = resolve;
    });
    await tab.page.route(/query\?.*aggregation=sum/, async (route) => {
      await wanted;
      await route.continue();
    });
    await tab.page.evaluate(() => {
      location.hash = location.hash.replace("aggregation=rate", "aggregation=sum");
    });
    await eventually(shown).toEqual(["shop.orders, rate", "0.4"]);
    answer();
    await eventually(shown).toEqual(["shop.orders, sum", "1"]);
    await tab.page.unroute(/query\?.*aggregation=sum/);
  });

  it("takes an absolute range", async () => {
    await tab.go("#/services/shop?from=now-5m");
    await tab.byTestId("time-range").click();
    const dialog = tab.page.getByRole("dialog", { name: "Time range" });
    await dialog.getByLabel("From").fill("2026-01-01T10:00:00");
    await dialog.getByLabel("To", { exact: true }).fill("2026-01-01T09:00:00");
    expect(await dialog.getByRole("button", { name: "Show" }).isDisabled()).toBe(true);
    await dialog.getByLabel("To", { exact: true }).fill("2026-01-01T11:00:00");
    await dialog.getByRole("button", { name: "Show" }).click();
    await eventually(() => tab.byTestId("time-range").textContent()).toBe("2026-01-01 10:00:00 – 11:00:00");
    await tab.byTestId("panel-cpu").locator("[data-state=empty]").waitFor();
    await tab.page.goBack();
  });

  it("narrows the transaction panels to the chosen transaction", async () => {
    await tab.go("#/services/shop?from=now-5m");
    const table = tab.byTestId("transactions");
    const first = table.locator("tbody button").first();
    const name = await first.textContent();
    await first.click();
    await eventually(() => new URL(tab.page.url().replace("#/", "")).searchParams.get("transaction")).toBe(name);
    await tab.page.getByRole("heading", { name: `Transaction ${name}` }).waitFor();
    await tab.chart("breakdown");
    await tab.page.getByRole("button", { name: "Show all" }).click();
    await eventually(() => tab.page.url()).not.toContain("transaction=");
  });

  it("previews the metrics that were found, and leads from a preview to its metric and back", async () => {
    await tab.go("#/explore?service=shop&from=now-5m");
    const previews = tab.byTestId("previews");
    await eventually(() => previews.locator("article").count()).toBe(12);
    await tab.page.getByRole("button", { name: "Show 12 more" }).click();
    await eventually(() => previews.locator("article").count()).toBe(24);
    await tab.page.getByRole("searchbox", { name: "Search metrics" }).fill("shop.ca");
    await eventually(() => previews.locator("article").count()).toBe(1);
    await tab.chart("shop.carts");
    await previews.getByRole("link", { name: "shop.carts" }).click();
    await tab.byTestId("aggregation").waitFor();
    expect(tab.page.url()).toContain("metric=shop.carts");
    await tab.byTestId("explore-result").getByRole("link", { name: "All metrics" }).click();
    await previews.waitFor();
    expect(tab.page.url()).not.toContain("metric=");
  });

  it("explores: metric, grouping, filter, heat map, the call to copy, exports, all kept in the address", async () => {
    await tab.go("#/explore?service=shop&from=now-5m");
    await tab.byTestId("metric-shop.orders").click();
    const result = tab.byTestId("explore-result");
    await eventually(attribute(result.locator(".chart"), "data-series")).toBe("1");
    await result.getByRole("button", { name: "region", exact: true }).click();
    await eventually(attribute(result.locator(".chart"), "data-series")).toBe("3");
    await result.getByLabel("Label to filter by").selectOption("region");
    await result.getByLabel("Value of region").selectOption("eu");
    await eventually(attribute(result.locator(".chart"), "data-series")).toBe("1");
    await tab.byTestId("view-heatmap").click();
    await tab.byTestId("series-grid").waitFor();
    await tab.page.reload();
    await tab.byTestId("series-grid").waitFor();
    const call = await result.locator("pre").textContent();
    const answer = await (await fetch(call)).json();
    expect(answer.series[0].labels).toEqual({ region: "eu" });
    const [download] = await Promise.all([
      tab.page.waitForEvent("download"),
      result.getByRole("button", { name: "Download CSV" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("shop.orders-rate.csv");
    expect(readFileSync(await download.path(), "utf8")).toMatch(/^time,eu\r\n\d{4}-/);
  });

  it("offers label values that came after the metric was chosen", async () => {
    await tab.page.route("**/api/v1/labels?*", (route) => route.fulfill({ json: { labels: {} } }), { times: 1 });
    await tab.go("#/explore?service=shop&metric=shop.orders&from=now-5m");
    const result = tab.byTestId("explore-result");
    await result.getByLabel("Label to filter by").selectOption("region");
    await eventually(() => result.getByLabel("Value of region").locator("option").count()).toBe(4);
  });

  it("configures agents and shows who applied it", async () => {
    await tab.go("#/config");
    await tab.byTestId("agents").getByText("shop-worker").waitFor();
    await tab.page.getByRole("button", { name: "Add a configuration" }).click();
    await tab.page.getByLabel("Service", { exact: true }).fill("shop");
    await tab.page.getByLabel("Value of metrics_interval").fill("3s");
    await tab.page.getByRole("button", { name: "Save" }).click();
    await tab.page.getByText("Saved.").waitFor();
    const { entries } = await (await fetch(`${demo.url}/api/v1/agent-config`)).json();
    expect(entries).toMatchObject([{ service: { name: "shop" }, settings: { metrics_interval: "3s" } }]);
    await tab.page.reload();
    await eventually(() => tab.page.getByLabel("Value of metrics_interval").inputValue()).toBe("3s");
    const row = tab.byTestId("agents").locator("tbody tr").filter({ hasNotText: "shop-worker" });
    await eventually(attribute(row.locator("[data-applied]"), "data-applied")).toBe("yes");
    await tab.page.getByRole("button", { name: "Remove the configuration of shop" }).click();
    await tab.page.getByRole("button", { name: "Save" }).click();
    await tab.page.getByText("Saved.").waitFor();
  });

  it("shows the server's own health and the agents' deliveries", async () => {
    await tab.go("#/health?from=now-5m");
    await eventually(() => tab.byTestId("stat-Store").textContent()).toMatch(/ready/);
    await eventually(() => tab.byTestId("stat-On disk").textContent()).toMatch(/[1-9].*B of 18\.6 GiB/);
    await eventually(() => tab.byTestId("stat-Files").textContent()).toMatch(/1 open/);
    await eventually(() => tab.byTestId("stat-Kept for").textContent()).toMatch(/30 d/);
    await eventually(() => tab.byTestId("stat-Events accepted").textContent()).toMatch(/[1-9]/);
    await tab.chart("agent-events");
  });

  it("can be walked with the keyboard alone: from the list into a service, along a chart, in and out", async () => {
    await tab.go("#/services?from=now-5m");
    await tab.byTestId("service-shop").waitFor();
    const press = (key) => tab.page.keyboard.press(key);
    const focused = (read) => tab.page.evaluate(read);
    const tabUntil = async (read, wanted, key = "Tab") => {
      for (let presses = 0; presses < 300; presses++) {
        await press(key);
        if ((await focused(read)) === wanted) return;
      }
      throw new Error(`the focus never came to ${wanted}`);
    };
    await tabUntil(() => document.activeElement?.textContent, "shop");
    await press("Enter");
    await tab.chart("cpu");
    const label = () => document.activeElement?.getAttribute("aria-label")?.split(".")[0] ?? "";
    await tabUntil(label, "CPU usage");
    await press("ArrowLeft");
    await press("ArrowLeft");
    const time = tab.byTestId("panel-cpu").locator(".panel-cursor-time");
    const before = await time.textContent();
    await press("ArrowLeft");
    await eventually(() => time.textContent()).not.toBe(before);
    await press("+");
    await eventually(attribute(tab.byTestId("live"), "data-live")).toBe("false");
    await tab.chart("cpu");
    expect(await focused(label), "the chart keeps the focus over a zoom").toBe("CPU usage");
    await press("Escape");
    await eventually(attribute(tab.byTestId("live"), "data-live")).toBe("true");
    await tabUntil(() => document.activeElement?.getAttribute("data-testid"), "time-range", "Shift+Tab");
    await press("Enter");
    await tab.page.getByRole("dialog", { name: "Time range" }).waitFor();
    await press("Escape");
    await eventually(() => tab.page.getByRole("dialog").count()).toBe(0);
    expect(await focused(() => document.activeElement?.getAttribute("data-testid"))).toBe("time-range");
  });

  it("is paused and followed again, and explored, with the keyboard alone", async () => {
    await tab.go("#/explore?service=shop&from=now-5m");
    await tab.byTestId("metric-shop.orders").waitFor();
    const keyboard = new Keyboard(tab.page);
    const live = attribute(tab.byTestId("live"), "data-live");
    await keyboard.tabTo("Live");
    await keyboard.press("Enter");
    await eventually(live).toBe("false");
    await keyboard.press("Enter");
    await eventually(live).toBe("true");
    await keyboard.tabTo(/^shop\.orders/);
    await keyboard.press("Enter");
    const result = tab.byTestId("explore-result");
    const drawn = attribute(result.locator(".chart"), "data-series");
    await eventually(drawn).toBe("1");
    await keyboard.tabTo("Skip to the result", "Shift+Tab");
    await keyboard.press("Enter");
    await keyboard.press("Tab");
    expect(await keyboard.focused()).toBe("All metrics");
    await keyboard.press("Tab");
    expect(await tab.page.evaluate(() => document.activeElement?.getAttribute("data-testid"))).toBe("aggregation");
    await keyboard.tabTo("region");
    await keyboard.press("Enter");
    await eventually(drawn).toBe("3");
    await result.getByLabel("Label to filter by").waitFor();
    await keyboard.tabTo("Label to filter by");
    await keyboard.type("region");
    await result.getByLabel("Value of region").waitFor();
    await keyboard.tabTo("Value of region");
    await keyboard.type("eu");
    await eventually(drawn).toBe("1");
    expect(tab.page.url()).toContain("filter=region");
    await keyboard.tabTo("heat map");
    await keyboard.press("Enter");
    await tab.byTestId("series-grid").waitFor();
    await keyboard.tabTo("Download CSV");
    const [download] = await Promise.all([tab.page.waitForEvent("download"), keyboard.press("Enter")]);
    expect(download.suggestedFilename()).toBe("shop.orders-rate.csv");
  });

  it("keeps the last values when the server goes away, and goes on when it is back", async () => {
    await tab.go("#/services/shop?from=now-5m");
    const cpu = await tab.chart("cpu");
    await tab.page.route("**/api/v1/**", (route) => route.abort());
    const warning = tab.byTestId("panel-cpu").getByText("Not refreshed");
    await warning.waitFor();
    const last = await cpu.getAttribute("data-last");
    expect(last).toMatch(/^\d+ /);
    await tab.page.unroute("**/api/v1/**");
    await eventually(() => warning.count()).toBe(0);
    await eventually(attribute(cpu, "data-last")).not.toBe(last);
  });

  it("remembers the theme and follows the system without a choice", async () => {
    const themed = await DashboardPage.open(browser, demo.url, { theme: "dark" });
    await themed.go("#/services");
    const shown = () => themed.page.evaluate(() => document.documentElement.dataset.theme);
    await themed.byTestId("services").waitFor();
    expect(await shown()).toBe("dark");
    await themed.page.emulateMedia({ colorScheme: "light" });
    await eventually(shown).toBe("light");
    await themed.byTestId("theme-switch").click();
    await themed.byTestId("theme-switch").click();
    expect(await shown()).toBe("dark");
    await themed.page.reload();
    await themed.byTestId("services").waitFor();
    expect(await shown()).toBe("dark");
    await themed.close();
  });

  it("is dark before its code has come, where the system is", async () => {
    const dark = await DashboardPage.open(browser, demo.url, { theme: "dark" });
    await dark.page.route(/\.js$/, () => {});
    await dark.page.goto(demo.url, { waitUntil: "commit" });
    const colour = () => dark.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await eventually(colour).toBe("rgb(12, 18, 25)");
    await dark.close();
  });

  it("sorts services on a phone", async () => {
    const phone = await DashboardPage.open(browser, demo.url, { width: 390 });
    await phone.go("#/services");
    await phone.byTestId("service-shop").waitFor();
    const first = () => phone.page.locator("[data-testid=services] tbody .service-name").first().textContent();
    await phone.page.getByLabel("Sort by").selectOption("Nodes");
    await eventually(() => phone.page.evaluate(() => location.hash)).toContain("sort=-nodes");
    await phone.page.getByLabel("Sort by").selectOption("Service");
    await eventually(first).toBe("shop");
    await phone.close();
    await tab.go("#/services");
    await tab.byTestId("service-shop").waitFor();
    expect(await tab.page.getByLabel("Sort by").isVisible()).toBe(false);
  });

  it("dates what happened long ago, and lists all of it when asked", async () => {
    const one = await DashboardPage.open(browser, demo.url);
    await one.page.route("**/api/v1/processes*", async (route) => {
      const response = await route.fetch();
      const answer = await response.json();
      const [some] = answer.processes;
      // The first is the oldest; between two that follow each other lie nine hours.
      answer.processes = Array.from({ length: 7 }, (_, index) => {
        const start = Date.now() - (6 - index) * 9 * 3_600_000;
        const times = { firstSeen: new Date(start), lastSeen: new Date(start + 3_600_000) };
        return { ...some, ...times, id: `p${index}`, replaces: index > 0 ? `p${index - 1}` : null };
      });
      await route.fulfill({ json: answer });
    });
    await one.go("#/services/shop?from=now-7d");
    const times = one.byTestId("markers").locator("time");
    await eventually(() => times.count()).toBe(4);
    const dated = async () => (await times.allTextContents()).map((text) => /^\d{4}-/.test(text));
    expect(await dated()).toEqual([false, false, false, true]);
    await one.byTestId("markers").getByRole("button", { name: "and 2 more" }).click();
    expect(await dated()).toEqual([false, false, false, true, true, true]);
    expect(await one.violations({ within: "[data-testid=markers]" })).toEqual([]);
    await one.close();
  });

  it("draws under a locale that is none", async () => {
    const odd = await DashboardPage.open(browser, demo.url, {
      setUp: 'Object.defineProperty(Navigator.prototype, "language", { get: () => "en-US@posix" })',
    });
    await odd.go("#/services/shop?from=now-5m");
    await odd.chart("cpu");
    await odd.close();
  });

  /** Where to look, what has to be there before, and the part that no other page has. */
  const pages = {
    services: ["#/services?from=now-5m", "[data-testid=service-shop]"],
    service: ["#/services/shop?from=now-5m", ".chart"],
    transaction: [
      "#/services/shop?from=now-5m&transaction=GET+/search",
      "[data-testid=spans] tbody tr",
      "[aria-labelledby=section-transactions]",
    ],
    previews: ["#/explore?from=now-5m", "[data-testid=previews] .chart"],
    explore: ["#/explore?service=shop&metric=shop.orders&by=region&from=now-5m", ".chart"],
    "heat map": ["#/explore?service=shop&metric=shop.basket.value&view=heatmap&from=now-5m", ".chart"],
    "groups as a grid": ["#/explore?service=shop&metric=shop.orders&by=region&view=heatmap&from=now-5m", "canvas"],
    config: ["#/config", "[data-testid=agents]"],
    health: ["#/health?from=now-5m", ".chart"],
    "no such service": ["#/services/nosuch", "text=There is no service “nosuch”."],
    "no such page": ["#/constructor", "text=There is no page “constructor”."],
  };
  describe.each([1440, 390])("at %d px", (width) => {
    /** @type {DashboardPage} */
    let one;
    beforeAll(async () => {
      one = await DashboardPage.open(browser, demo.url, { width, theme: "light" });
    });
    afterAll(() => one?.close());

    it.each(Object.entries(pages))(
      "is accessible and fits, light and dark: %s",
      async (_name, [hash, content, within]) => {
        await one.go(hash);
        await one.page.locator("h1").waitFor();
        if (within === undefined) await one.settle();
        await one.page.locator(content).first().waitFor();
        expect(await one.page.locator("[data-state=error]").count()).toBe(0);
        for (const theme of THEMES) {
          await one.show(theme);
          expect([theme, await one.violations({ onlyColours: theme !== THEMES[0], within })]).toEqual([theme, []]);
        }
        expect(await one.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
      },
    );
  });
});

describe.skipIf(launched === undefined && process.env.CI !== "true")("the page of a new server", () => {
  it("shows how to send the first metrics, then a service that only said hello", async () => {
    const directory = temporaryDirectory();
    const server = await TidegaugeProcess.start(["serve", "--data-dir", directory.path]);
    const tab = await DashboardPage.open(browser, server.url);
    try {
      await tab.go("#/services");
      await tab.byTestId("first-run").waitFor();
      expect(await tab.byTestId("first-run").textContent()).toContain(`ELASTIC_APM_SERVER_URL=${server.url}`);
      await tab.page.getByRole("button", { name: "Python" }).click();
      await tab.page.getByText("elasticapm-run python app.py").waitFor();
      expect(await tab.problemsOfEveryLook()).toEqual([]);
      await tab.go("#/explore");
      await tab.byTestId("first-run").getByText("tidegauge.js run app.js").waitFor();
      await tab.go("#/services");
      await fetch(`${server.url}/config/v1/agents?service.name=mailer`);
      await tab.byTestId("service-mailer").getByText("waiting for the first report").waitFor();
    } finally {
      await tab.close();
      await server.stop();
      directory.remove();
    }
  });

  it("draws a hundred services of many, and all when asked or searched for", async () => {
    const directory = temporaryDirectory();
    const server = await TidegaugeProcess.start(["serve", "--data-dir", directory.path]);
    const tab = await DashboardPage.open(browser, server.url);
    try {
      for (let index = 0; index < 105; index++) {
        await fetch(`${server.url}/config/v1/agents?service.name=service-${1000 + index}`);
      }
      await tab.go("#/services");
      const rows = tab.byTestId("services").locator("tbody tr");
      await eventually(() => rows.count()).toBe(100);
      await tab.page.getByRole("searchbox").fill("service-1104");
      await eventually(() => rows.count()).toBe(1);
      await tab.page.getByRole("searchbox").fill("");
      await tab.page.getByRole("button", { name: "Show all 105 services" }).click();
      await eventually(() => rows.count()).toBe(105);
    } finally {
      await tab.close();
      await server.stop();
      directory.remove();
    }
  });

  it("asks for the token, refuses a wrong one, and remembers the right one without storing it until one logs out", async () => {
    const directory = temporaryDirectory();
    const server = await TidegaugeProcess.start(["serve", "--data-dir", directory.path, "--secret-token", SECRET]);
    const tab = await DashboardPage.open(browser, server.url);
    try {
      await tab.go("#/services");
      await tab.byTestId("login").waitFor();
      expect(await tab.byTestId("live").count(), "nothing is live before the login").toBe(0);
      await eventually(() => tab.page.evaluate(() => document.activeElement?.type)).toBe("password");
      expect(await tab.problemsOfEveryLook()).toEqual([]);
      await tab.page.getByLabel("Secret token").fill("wrong");
      await tab.page.keyboard.press("Enter");
      await tab.page.getByText("This is not the server’s token.").waitFor();
      await tab.page.getByLabel("Secret token").fill(SECRET);
      await tab.page.keyboard.press("Enter");
      await tab.byTestId("first-run").getByText("ELASTIC_APM_SECRET_TOKEN=").first().waitFor();
      expect(await tab.byTestId("live").count()).toBe(1);
      await tab.page.reload();
      await tab.byTestId("first-run").waitFor();
      const stored = await tab.page.evaluate(() => JSON.stringify({ ...localStorage }) + document.cookie);
      expect(stored).not.toContain(SECRET);
      expect(await tab.violations()).toEqual([]);
      await tab.byTestId("log-out").click();
      await tab.byTestId("login").waitFor();
      await tab.page.reload();
      await tab.byTestId("login").waitFor();
      expect(await tab.byTestId("log-out").count()).toBe(0);
    } finally {
      await tab.close();
      await server.stop();
      directory.remove();
    }
  });
});
