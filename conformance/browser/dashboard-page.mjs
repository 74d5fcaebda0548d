import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect } from "vitest";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** `expect.poll` with the patience a busy machine needs. @param {() => unknown} read */
export const eventually = (read) => expect.poll(read, { timeout: 60_000 });

/** In the order they are looked at. */
export const THEMES = ["light", "dark"];

/** A tab on the dashboard that remembers what must never happen: errors, refused content, requests to elsewhere. */
export class DashboardPage {
  /** @param {import("playwright-core").Page} page @param {string} url */
  constructor(page, url) {
    this.page = page;
    this.url = url;
    /** @type {string[]} */
    this.problems = [];
    page.on("pageerror", (error) => this.problems.push(`exception: ${error.message}`));
    page.on("console", (message) => {
      // A refused request is logged by the browser itself; tests that provoke one look at the page instead.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
        this.problems.push(`console: ${message.text()}`);
      }
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(url) && !/^(blob|data|about):/.test(request.url())) {
        this.problems.push(`request to elsewhere: ${request.url()}`);
      }
    });
  }

  /**
   * @param {import("playwright-core").Browser} browser
   * @param {string} url
   * @param {{ width?: number, theme?: "light" | "dark", setUp?: string }} options
   */
  static async open(browser, url, { width = 1440, theme = "light", setUp = "" } = {}) {
    const context = await browser.newContext({
      viewport: { width, height: width > 600 ? 1000 : 844 },
      colorScheme: theme,
    });
    if (setUp !== "") await context.addInitScript(setUp);
    return new DashboardPage(await context.newPage(), url);
  }

  /** @param {string} hash such as `#/services` */
  async go(hash) {
    await this.page.goto("about:blank");
    await this.page.goto(`${this.url}/${hash}`);
  }

  /** @param {string} id */
  byTestId(id) {
    return this.page.locator(`[data-testid="${id}"]`);
  }

  /** The panel's chart, once it has drawn something. @param {string} panel */
  async chart(panel) {
    const box = this.byTestId(`panel-${panel}`);
    // Out of sight a panel asks for nothing.
    await box.scrollIntoViewIfNeeded();
    const chart = box.locator(".chart");
    await eventually(() => chart.getAttribute("data-last")).toMatch(/^\d+ /);
    return chart;
  }

  /** Lets the system have this theme, which the page follows. @param {"light" | "dark"} theme */
  async show(theme) {
    await this.page.emulateMedia({ colorScheme: theme });
    await eventually(() => this.page.evaluate(() => document.documentElement.dataset.theme)).toBe(theme);
  }

  /** Scrolls to whatever waits for that, until everything on the page has its data; then back to the top. */
  async settle() {
    const loading = this.page.locator("[data-state=loading]");
    const scrollTo = (element) => element.scrollIntoView();
    await eventually(async () => {
      const count = await loading.count();
      // It may have its data before the scroll gets there.
      if (count > 0)
        await loading
          .first()
          .evaluate(scrollTo, undefined, { timeout: 200 })
          .catch(() => {});
      return count;
    }).toBe(0);
    await this.page.evaluate(() => scrollTo(0, 0));
  }

  /**
   * Violations of accessibility rules, one line each; of those about colours only, where nothing else has changed; in the
   * part that a selector names, where the rest was looked at on another page.
   */
  async violations({ onlyColours = false, within = "html" } = {}) {
    // Through the debugging protocol, which the page's content policy does not concern.
    if (!(await this.page.evaluate(() => "axe" in globalThis))) await this.page.evaluate(axeSource);
    const rules = onlyColours ? { runOnly: ["color-contrast", "link-in-text-block"] } : {};
    const run = ([part, options]) => globalThis.axe.run(part, options);
    const results = await this.page.evaluate(run, [within, rules]);
    return results.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`,
    );
  }

  /** What is wrong with the page in both themes, on a desk and on a phone: violations, and what stands out at the right. */
  async problemsOfEveryLook() {
    const problems = [];
    await this.settle();
    for (const width of [1440, 390]) {
      await this.page.setViewportSize({ width, height: 900 });
      for (const theme of THEMES) {
        await this.show(theme);
        const look = `${theme} at ${width} px`;
        const violations = await this.violations({ onlyColours: theme !== THEMES[0] });
        for (const violation of violations) problems.push(`${look}: ${violation}`);
        const beyond = await this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (beyond !== 0) problems.push(`${look}: ${beyond} px beyond the right edge`);
      }
    }
    return problems;
  }

  /** Closes the tab and fails if anything happened that must never happen. */
  async close() {
    await this.page.context().close();
    expect(this.problems).toEqual([]);
  }
}
