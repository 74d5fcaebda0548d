// The heat map of a histogram and the restart markers, in a real browser, against a server with known counts.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TidegaugeProcess, temporaryDirectory } from "../server-process.mjs";
import { launchChromium } from "./chromium.mjs";
import { DashboardPage, eventually } from "./dashboard-page.mjs";
import { countAt, fill, VALUES } from "./heatmap-store.mjs";

const launched = await launchChromium();
if (launched === undefined) console.log("skipped: this machine has no Chromium; install Chrome or set CHROME_PATH");
const browser = launched?.browser;
afterAll(() => launched?.close());

describe.skipIf(launched === undefined && process.env.CI !== "true")("the heat map", () => {
  /** @type {TidegaugeProcess} */
  let server;
  /** @type {ReturnType<typeof temporaryDirectory>} */
  let directory;
  /** @type {DashboardPage} */
  let tab;
  /** @type {Awaited<ReturnType<typeof fill>>} */
  let stored;
  /** The time range of the data as the page's address has it. */
  let range;

  beforeAll(async () => {
    directory = temporaryDirectory();
    server = await TidegaugeProcess.start(["serve", "--data-dir", directory.path]);
    stored = await fill(server.url);
    range = `from=${stored.fromMs}&to=${stored.toMs}`;
    tab = await DashboardPage.open(browser, server.url);
  });
  afterAll(async () => {
    await tab?.close();
    await server?.stop();
    directory?.remove();
  });

  const explore = (more = "") => `#/explore?service=shop&metric=wait.ms&view=heatmap&${range}${more}`;
  const heatmap = () => tab.byTestId("heatmap");
  const chart = () => heatmap().locator(".chart");
  const attribute = (name) => () => chart().getAttribute(name);
  const readout = () => tab.byTestId("heatmap-readout").textContent();

  /** Points at the middle of a cell. Rows count from the least; the axis holds all of them, the gap below the last too. */
  async function pointAt(step, share) {
    const box = await chart().locator(".u-over").boundingBox();
    await tab.page.mouse.move(box.x + ((step + 0.5) / 60) * box.width, box.y + (1 - share) * box.height);
  }

  it("is a way of drawing a histogram, kept in the address, with every observation in it", async () => {
    await tab.go(`#/explore?service=shop&metric=wait.ms&${range}`);
    await tab.byTestId("view-heatmap").click();
    let total = 0;
    for (let step = 0; step < 60; step++) for (let row = 0; row < VALUES.length; row++) total += 2 * countAt(step, row);
    await eventually(attribute("data-total")).toBe(String(total));
    expect(await chart().getAttribute("data-rows")).toBe(String(VALUES.length));
    expect(await chart().getAttribute("data-scale")).toBe("log");
    expect(tab.page.url()).toContain("view=heatmap");
    await tab.page.reload();
    await eventually(attribute("data-total")).toBe(String(total));
    // What does not apply to it is not offered.
    expect(await tab.byTestId("aggregation").count()).toBe(0);
    await tab.byTestId("view-line").click();
    await tab.byTestId("aggregation").waitFor();
  });

  it("reads out the cell under the pointer: time, bucket, count and share", async () => {
    await tab.go(explore());
    await heatmap().waitFor();
    const step = 42;
    await pointAt(step, 0.01);
    await eventually(() => heatmap().getAttribute("data-cell")).toBe(`${step} 0`);
    const counts = VALUES.map((_, row) => 2 * countAt(step, row));
    const all = counts.reduce((sum, count) => sum + count, 0);
    expect(await readout()).toContain(`0 ms${counts[0]} of ${all}`);
    await pointAt(step, 0.99);
    await eventually(() => heatmap().getAttribute("data-cell")).toBe(`${step} 6`);
    expect(await readout()).toMatch(/362 ms – 724 ms/);
    // Where no bucket is, there is no cell; the step is read out alone.
    await pointAt(step, 0.75);
    await eventually(() => heatmap().getAttribute("data-cell")).toBe(`${step} `);
    expect(await readout()).toContain(`${all} in all buckets`);
  });

  it("paints a full cell stronger than one with few, and leaves an empty one and a gap alone", async () => {
    await tab.go(explore());
    await heatmap().waitFor();
    await tab.page.mouse.move(0, 0);
    /** Colour of the canvas in the middle of a cell, as red, green, blue, alpha. */
    const colour = (step, share) =>
      chart().evaluate(
        (element, [x, y]) => {
          const canvas = element.querySelector("canvas");
          const over = element.querySelector(".u-over").getBoundingClientRect();
          const origin = canvas.getBoundingClientRect();
          const ratio = canvas.width / origin.width;
          const left = (over.left - origin.left + x * over.width) * ratio;
          const top = (over.top - origin.top + (1 - y) * over.height) * ratio;
          return [...canvas.getContext("2d").getImageData(Math.round(left), Math.round(top), 1, 1).data];
        },
        [(step + 0.5) / 60, share],
      );
    const steps = Array.from({ length: 60 }, (_, step) => step);
    const full = await colour(
      steps.find((step) => countAt(step, 0) === 9),
      0.03,
    );
    const few = await colour(
      steps.find((step) => countAt(step, 0) === 1),
      0.03,
    );
    const empty = await colour(
      steps.find((step) => countAt(step, 0) === 0),
      0.03,
    );
    const brightness = ([red, green, blue]) => red + green + blue;
    expect(full[3]).toBe(255);
    expect(few[3]).toBe(255);
    expect(brightness(few) - brightness(full)).toBeGreaterThan(150);
    expect(empty[3]).toBe(0);
    expect((await colour(5, 0.75))[3]).toBe(0);
  });

  it("is walked by the arrow keys, zoomed by + and by dragging, and goes back", async () => {
    await tab.go(explore());
    await heatmap().waitFor();
    await chart().focus();
    await tab.page.keyboard.press("ArrowLeft");
    await eventually(() => heatmap().getAttribute("data-cell")).toBe("58 ");
    await tab.page.keyboard.press("ArrowUp");
    await eventually(() => heatmap().getAttribute("data-cell")).toBe("58 6");
    await tab.page.keyboard.press("ArrowDown");
    await tab.page.keyboard.press("ArrowLeft");
    await eventually(() => heatmap().getAttribute("data-cell")).toBe("57 5");
    expect(await readout()).toContain(`${2 * countAt(57, 5)} of `);
    const width = async () => Number(await attribute("data-to")()) - Number(await attribute("data-from")());
    await tab.page.keyboard.press("+");
    await eventually(width).toBeLessThan(400_000);
    await chart().focus();
    await tab.page.keyboard.press("Escape");
    await eventually(width).toBe(600_000);
    const box = await chart().locator(".u-over").boundingBox();
    await tab.page.mouse.move(box.x + box.width * 0.25, box.y + 20);
    await tab.page.mouse.down();
    await tab.page.mouse.move(box.x + box.width * 0.5, box.y + 20, { steps: 5 });
    await tab.page.mouse.up();
    await eventually(width).toBeLessThan(200_000);
    await chart().locator(".u-over").dblclick();
    await eventually(width).toBe(600_000);
  });

  it("draws groups as rows with their names, and has the cursor, the keys, the scale and the zoom of every chart", async () => {
    await tab.go(`#/explore?service=shop&metric=depth&by=pool&view=heatmap&${range}`);
    await eventually(attribute("data-rows")).toBe("2");
    expect(await attribute("data-scale")()).toBe("names");
    expect(await tab.byTestId("heatmap-legend").getAttribute("aria-label")).toBe("Colours go from 0 to 59");
    await chart().focus();
    await tab.page.keyboard.press("ArrowLeft");
    await tab.page.keyboard.press("ArrowUp");
    // The first group is the row on top.
    await eventually(() => heatmap().getAttribute("data-cell")).toBe("58 1");
    expect(await readout()).toMatch(/^\d\d:\d\d:\d\da58$/);
    await pointAt(30, 0.1);
    await eventually(readout).toMatch(/b30$/);
    const width = async () => Number(await attribute("data-to")()) - Number(await attribute("data-from")());
    const box = await chart().locator(".u-over").boundingBox();
    await tab.page.mouse.move(box.x + box.width * 0.25, box.y + 20);
    await tab.page.mouse.down();
    await tab.page.mouse.move(box.x + box.width * 0.5, box.y + 20, { steps: 5 });
    await tab.page.mouse.up();
    await eventually(width).toBeLessThan(200_000);
    await chart().locator(".u-over").dblclick();
    await eventually(width).toBe(600_000);
    expect(await tab.problemsOfEveryLook()).toEqual([]);
    await tab.page.setViewportSize({ width: 1440, height: 1000 });
    await tab.show("light");
  });

  it("filters, shows its values as a table, gives the call to copy, and both files", async () => {
    await tab.go(explore());
    const result = tab.byTestId("explore-result");
    await heatmap().waitFor();
    const both = Number(await attribute("data-total")());
    await result.getByLabel("Label to filter by").selectOption("pool");
    await result.getByLabel("Value of pool").selectOption("a");
    await eventually(attribute("data-total")).toBe(String(both / 2));
    const newest = result.locator("tbody tr").first().locator("td");
    expect(await newest.allTextContents()).toEqual(VALUES.map((_, row) => String(countAt(59, row))));
    const call = await result.locator("pre").textContent();
    const answer = await (await fetch(call)).json();
    expect(answer.buckets.map(({ low }) => low)).toEqual(VALUES);
    const save = async (button) => {
      const [file] = await Promise.all([
        tab.page.waitForEvent("download"),
        result.getByRole("button", { name: button }).click(),
      ]);
      return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "utf8") };
    };
    const csv = await save("Download CSV");
    expect(csv.name).toBe("wait.ms-buckets.csv");
    expect(csv.text.split("\r\n")[0]).toBe(`time,${VALUES.map((value) => `${value} to ${value}`).join(",")}`);
    expect(csv.text.split("\r\n")[1]).toBe(
      `${new Date(stored.fromMs).toISOString()},${VALUES.map((_, row) => countAt(0, row)).join(",")}`,
    );
    const json = await save("Download JSON");
    expect(JSON.parse(json.text)).toEqual(answer);
  });

  it("says when there is nothing, while it waits, and what went wrong, with a way to try again", async () => {
    const early = stored.fromMs - 3_600_000;
    await tab.go(`#/explore?service=shop&metric=wait.ms&view=heatmap&from=${early}&to=${early + 60_000}`);
    await tab.byTestId("explore-result").locator("[data-state=empty]").waitFor();

    let release = () => {};
    const held = new Promise((resolve) => {
      release = resolve;
    });
    await tab.page.route("**/api/v1/buckets?*", async (route) => {
      await held;
      await route.fulfill({
        status: 400,
        contentType: "application/json",
        body: JSON.stringify({ error: { code: "too_many_points", message: "use a longer step" } }),
      });
    });
    await tab.go(explore());
    await tab.byTestId("explore-result").locator("[data-state=loading]").waitFor();
    release();
    const failed = tab.byTestId("explore-result").locator("[data-state=error]");
    await failed.getByText("too_many_points").waitFor();
    await tab.page.unroute("**/api/v1/buckets?*");
    await failed.getByRole("button", { name: "Try again" }).click();
    await heatmap().waitFor();
  });

  it("shows the latency of transactions, with the cursor of the other charts, and is fetched only then", async () => {
    const asked = [];
    const note = (request) => asked.push(new URL(request.url()).pathname);
    tab.page.on("request", note);
    await tab.go(`#/services/shop?${range}`);
    await tab.chart("latency");
    expect(asked.filter((path) => /heatmap/i.test(path))).toEqual([]);
    await tab.byTestId("latency-heatmap").click();
    const panel = tab.byTestId("panel-latency");
    await eventually(() => panel.locator(".chart").getAttribute("data-total")).toBe(String(60 * 2 * 32));
    tab.page.off("request", note);
    expect(tab.page.url()).toContain("latency=heatmap");
    const other = await tab.chart("throughput");
    const box = await other.locator(".u-over").boundingBox();
    await tab.page.mouse.move(box.x + box.width * 0.4, box.y + 20);
    await eventually(() => panel.getByTestId("heatmap").getAttribute("data-cell")).toMatch(/^\d+ $/);
    expect(await readout()).toContain("64 in all buckets");
    await panel.getByRole("button", { name: "Latency: values as a table" }).click();
    expect(await panel.locator("tbody tr").first().locator("td").allTextContents()).toEqual(["10", "40", "10", "4"]);
    await tab.byTestId("latency-heatmap").click();
    await eventually(() => panel.locator(".chart").getAttribute("data-series")).toBe("3");
  });

  it.each([
    ["of-elastic-node", "node", "n-1"],
    ["of-elastic-python", "python", "node-1"],
    ["of-tidegauge", "own", "web-1"],
  ])("marks the restart of a service that has gauges only: %s", async (service, agent, node) => {
    await tab.go(`#/services/${service}?${range}`);
    const panel = await tab.chart("process-memory");
    await eventually(() => panel.getAttribute("data-markers")).toBe("1");
    const time = new Date(stored.restarts[agent]).toTimeString().slice(0, 8);
    expect(await tab.byTestId("markers").textContent()).toBe(`${time} ${node} restarted`);
  });

  it("marks where a new version begins", async () => {
    await tab.go(`#/services/deployed?${range}`);
    const panel = await tab.chart("process-memory");
    await eventually(() => panel.getAttribute("data-markers")).toBe("1");
    const time = new Date(stored.versionMs).toTimeString().slice(0, 8);
    expect(await tab.byTestId("markers").textContent()).toBe(`${time} Version 1.1 began to report`);
  });

  it("draws a value without neighbours as a dot", async () => {
    await tab.go(`#/services/once?${range}`);
    const panel = await tab.chart("process-memory");
    const painted = () =>
      panel.evaluate((element) => {
        const canvas = element.querySelector("canvas");
        const colour = getComputedStyle(document.documentElement).getPropertyValue("--series-1").trim();
        const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let count = 0;
        for (let at = 0; at < data.length; at += 4)
          if (data[at] === red && data[at + 1] === green && data[at + 2] === blue && data[at + 3] === 255) count++;
        return count;
      });
    await eventually(painted).toBeGreaterThan(5);
  });

  it.each([
    [1440, "light"],
    [1440, "dark"],
    [390, "light"],
    [390, "dark"],
  ])("passes axe at %d px in the %s theme, and is not wider than the screen", async (width, theme) => {
    const one = await DashboardPage.open(browser, server.url, { width, theme });
    for (const hash of [explore(), `#/services/shop?latency=heatmap&${range}`]) {
      await one.go(hash);
      await one.byTestId("heatmap").waitFor();
      expect([hash, await one.violations()]).toEqual([hash, []]);
      const overflow = await one.page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect([hash, overflow]).toEqual([hash, 0]);
    }
    await one.close();
  });
});
