// The configuration page: by keyboard, with values that are wrong, with two people at once, and in every look.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { TidegaugeProcess, temporaryDirectory } from "../server-process.mjs";
import { launchChromium } from "./chromium.mjs";
import { DashboardPage, eventually } from "./dashboard-page.mjs";
import { Keyboard } from "./keyboard.mjs";

const launched = await launchChromium();
if (launched === undefined) console.log("skipped: this machine has no Chromium; install Chrome or set CHROME_PATH");
afterAll(() => launched?.close());

describe.skipIf(launched === undefined && process.env.CI !== "true")("the configuration of agents", () => {
  /** @type {TidegaugeProcess} */
  let server;
  /** @type {ReturnType<typeof temporaryDirectory>} */
  let directory;
  /** @type {DashboardPage} */
  let tab;
  beforeAll(async () => {
    directory = temporaryDirectory();
    server = await TidegaugeProcess.start(["serve", "--data-dir", directory.path]);
    await fetch(`${server.url}/config/v1/agents?service.name=mailer`);
    tab = await DashboardPage.open(launched.browser, server.url);
  });
  afterAll(async () => {
    await tab?.close();
    await server?.stop();
    directory?.remove();
  });
  beforeEach(() => put([]));

  const address = () => `${server.url}/api/v1/agent-config`;
  const stored = async () => (await (await fetch(address())).json()).entries;

  async function put(entries) {
    const headers = { "content-type": "application/json" };
    const response = await fetch(address(), { method: "PUT", headers, body: JSON.stringify({ entries }) });
    expect(response.status).toBe(200);
  }

  const note = (text) => tab.byTestId("config-editor").getByText(text).waitFor();

  it("is added, corrected, saved and removed with the keyboard alone", async () => {
    await tab.go("#/config");
    await tab.byTestId("config-editor").waitFor();
    const keyboard = new Keyboard(tab.page);
    await keyboard.tabTo("Add a configuration");
    await keyboard.press("Enter");
    await keyboard.tabTo("Value of metrics_interval", "Shift+Tab");
    await keyboard.type("abc");
    await note("It must be a whole number and a unit, ms, s or m, as in 30s.");
    const input = tab.page.getByLabel("Value of metrics_interval");
    expect(await input.getAttribute("aria-invalid")).toBe("true");
    await keyboard.tabTo("Save");
    await keyboard.press("Enter");
    await note("Not saved");
    expect(await stored()).toEqual([]);
    await keyboard.tabTo("Value of metrics_interval", "Shift+Tab");
    await keyboard.press("Control+A");
    await keyboard.type("5s");
    await eventually(() => tab.page.locator(".config-problem").count()).toBe(0);
    await keyboard.tabTo("Save");
    await keyboard.press("Enter");
    await note("Saved.");
    expect(await stored()).toMatchObject([{ service: {}, settings: { metrics_interval: "5s" } }]);
    const state = tab.byTestId("agents").locator("[data-applied]");
    await eventually(() => state.getAttribute("data-applied")).toBe("no");
    await fetch(`${server.url}/config/v1/agents?service.name=mailer`);
    await eventually(() => state.getAttribute("data-applied")).toBe("yes");
    await keyboard.tabTo("Remove the configuration of Every service", "Shift+Tab");
    await keyboard.press("Enter");
    await keyboard.tabTo("Save");
    await keyboard.press("Enter");
    await eventually(stored).toEqual([]);
  });

  it("is read again when somebody else changed it meanwhile", async () => {
    await tab.go("#/config");
    await tab.page.getByRole("button", { name: "Add a configuration" }).click();
    await tab.page.getByLabel("Value of metrics_interval").fill("5s");
    await put([{ service: { name: "mailer" }, settings: { log_level: "debug" } }]);
    await tab.page.getByRole("button", { name: "Save" }).click();
    await note("Not saved: somebody else changed the configuration meanwhile.");
    await tab.page.getByRole("button", { name: "Read again" }).click();
    const level = tab.page.getByLabel("Value of log_level");
    await eventually(() => level.inputValue()).toBe("debug");
    await level.fill("error");
    await tab.page.getByRole("button", { name: "Save" }).click();
    await note("Saved.");
    expect(await stored()).toMatchObject([{ service: { name: "mailer" }, settings: { log_level: "error" } }]);
  });

  it("shows processes that are silent only when asked, a hundred first, and says no more of them", async () => {
    const old = new Date(Date.now() - 3_600_000).toISOString();
    await tab.page.route("**/api/v1/agents", async (route) => {
      const response = await route.fetch();
      const { agents } = await response.json();
      const silent = { ...agents[0], lastReport: old, lastPoll: old, upToDate: false };
      const ended = Array.from({ length: 150 }, (_, index) => ({
        ...silent,
        pid: index + 1,
        ephemeralId: `e${index}`,
      }));
      await route.fulfill({ json: { agents: [...ended, ...agents] } });
    });
    await tab.go("#/config");
    const rows = tab.byTestId("agents").locator("tbody tr");
    await eventually(() => rows.count()).toBe(1);
    await tab.page.getByRole("button", { name: "Show 150 silent for more than five minutes" }).click();
    await eventually(() => rows.count()).toBe(100);
    await tab.page.getByRole("button", { name: "Show all 151 processes" }).click();
    await eventually(() => rows.count()).toBe(151);
    expect(await tab.byTestId("agents").locator("[data-applied=silent]").count()).toBe(150);
    await tab.page.unroute("**/api/v1/agents");
  });

  describe("with edits that are not saved", () => {
    const dialog = () => tab.byTestId("leave-dialog");
    const value = () => tab.page.getByLabel("Value of metrics_interval");
    const page = () => tab.page.evaluate(() => location.hash.split("?")[0]);

    beforeEach(async () => {
      await tab.go("#/services");
      await tab.byTestId("service-mailer").waitFor();
      await tab.page.getByRole("link", { name: "Configuration" }).click();
      await tab.page.getByRole("button", { name: "Add a configuration" }).click();
      await value().fill("7s");
    });
    // What is left unsaved must not ask the next test.
    afterEach(() => tab.page.goto("about:blank"));

    it("asks who follows a link, by keyboard too, and gives the focus back to who stays", async () => {
      const keyboard = new Keyboard(tab.page);
      await keyboard.tabTo("Health", "Shift+Tab");
      await keyboard.press("Enter");
      await dialog().waitFor();
      expect(await tab.page.getByRole("dialog", { name: "Leave without saving?" }).count()).toBe(1);
      expect(await keyboard.focused()).toBe("Keep editing");
      await keyboard.press("Tab");
      expect(await keyboard.focused()).toBe("Leave");
      expect(await tab.problemsOfEveryLook()).toEqual([]);
      await keyboard.press("Escape");
      await eventually(() => dialog().count()).toBe(0);
      expect(await keyboard.focused()).toBe("Health");
      expect([await page(), await value().inputValue()]).toEqual(["#/config", "7s"]);
      await keyboard.press("Enter");
      await dialog().waitFor();
      await keyboard.tabTo("Leave");
      await keyboard.press("Enter");
      await tab.byTestId("stat-Store").waitFor();
      expect([await page(), await dialog().count()]).toEqual(["#/health", 0]);
    });

    it("asks who goes back, and goes there only after a yes", async () => {
      await tab.page.goBack();
      await dialog().waitFor();
      await tab.page.getByRole("button", { name: "Keep editing" }).click();
      await eventually(() => dialog().count()).toBe(0);
      expect([await page(), await value().inputValue()]).toEqual(["#/config", "7s"]);
      await tab.page.goBack();
      await dialog().getByRole("button", { name: "Leave" }).click();
      await tab.byTestId("service-mailer").waitFor();
      expect(await page()).toBe("#/services");
    });

    it("has the browser ask who reloads; nobody is asked once it is saved", async () => {
      const asked = [];
      const dismiss = (question) => {
        asked.push(question.type());
        void question.dismiss();
      };
      tab.page.on("dialog", dismiss);
      await tab.page.evaluate(() => location.reload());
      await eventually(() => asked.length).toBe(1);
      expect([asked, await value().inputValue()]).toEqual([["beforeunload"], "7s"]);
      await tab.page.getByRole("button", { name: "Save" }).click();
      await note("Saved.");
      await tab.page.reload();
      await eventually(() => value().inputValue()).toBe("7s");
      await tab.page.getByRole("link", { name: "Services", exact: true }).click();
      await tab.byTestId("service-mailer").waitFor();
      tab.page.off("dialog", dismiss);
      expect([asked.length, await dialog().count()]).toEqual([1, 0]);
    });
  });

  it("is accessible and fits in every look, with an entry and a wrong value", async () => {
    await put([
      {
        service: { name: "a-service-with-a-long-name", environment: "production" },
        settings: { metrics_interval: "30s", transaction_ignore_urls: "/healthz, /static/*", recording: "true" },
      },
    ]);
    await tab.go("#/config");
    await tab.page.getByLabel("Value of recording").fill("perhaps");
    await note("It must be true or false.");
    expect(await tab.problemsOfEveryLook()).toEqual([]);
  });
});
