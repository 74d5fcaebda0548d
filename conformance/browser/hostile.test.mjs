// Data nobody wishes for: names of a thousand characters, and everything a server may refuse. No page may lose its shape.
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TidegaugeProcess, temporaryDirectory } from "../server-process.mjs";
import { launchChromium } from "./chromium.mjs";
import { DashboardPage, eventually } from "./dashboard-page.mjs";

const launched = await launchChromium();
if (launched === undefined) console.log("skipped: this machine has no Chromium; install Chrome or set CHROME_PATH");
afterAll(() => launched?.close());

const long = (word) => word.repeat(Math.ceil(900 / word.length));
const TRANSACTION = `GET /${long("segment")}`;
const LABEL = long("key").slice(0, 400);
const VALUE = long("value").slice(0, 400);
const WIDTHS = [1440, 390];

/** Sends lines as one intake request. @param {string} url @param {(object | string)[]} events */
async function send(url, events, name = long("service"), environment = long("env")) {
  const metadata = { service: { name, environment, agent: { name: "nodejs", version: "1.0.0" } } };
  const lines = [{ metadata }, ...events].map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
  const headers = { "content-type": "application/x-ndjson" };
  return fetch(`${url}/intake/v2/events`, { method: "POST", headers, body: `${lines.join("\n")}\n` });
}

/** A request for a host that is not this server's; fetch would not send it. @param {string} url */
const ask = (url, host) =>
  new Promise((resolve, reject) => {
    request(`${url}/api/v1/services`, { headers: { host } }, (response) => response.resume().on("end", resolve))
      .on("error", reject)
      .end();
  });

describe.skipIf(launched === undefined && process.env.CI !== "true")("the page, with data nobody wishes for", () => {
  /** @type {TidegaugeProcess} */
  let server;
  /** @type {ReturnType<typeof temporaryDirectory>} */
  let directory;
  /** @type {DashboardPage} */
  let tab;
  const service = `#/services/${long("service")}?from=now-15m`;

  beforeAll(async () => {
    directory = temporaryDirectory();
    server = await TidegaugeProcess.start(["serve", "--data-dir", directory.path]);
    const timestamp = (Date.now() - 60_000) * 1000;
    const durations = { type: "histogram", temporality: "delta", values: [1000, 2000], counts: [5, 20] };
    const tags = { transaction_name: TRANSACTION, transaction_type: "request", event_outcome: "success" };
    const samples = { [long("metric")]: { value: 1 } };
    await send(server.url, [
      { metricset: { timestamp, samples: { "transaction.duration.us": durations }, tags } },
      { metricset: { timestamp, samples, tags: { [LABEL]: VALUE } } },
      { metricset: { timestamp, samples, tags: { [LABEL]: "b" } } },
    ]);
    // One of each that is refused.
    const selfTime = { transaction: { name: "a", type: "request" }, samples: { other: { value: 1 } } };
    await send(server.url, [
      "{ no JSON",
      { metricset: { samples: { x: { value: "text" } } } },
      { nobody: {} },
      { metricset: { timestamp, samples: { x: { type: "histogram", values: [1, 2], counts: [1] } } } },
      { metricset: { timestamp, ...selfTime, span: { type: "db" } } },
    ]);
    await ask(server.url, "elsewhere.example");
    for (let index = 0; index < 15; index++) {
      await send(server.url, [{ metricset: { timestamp, samples } }], "everywhere", `environment-${index}`);
    }
    const tomorrow = timestamp + 86_400_000_000;
    await send(server.url, [{ metricset: { timestamp: tomorrow, samples } }], "of-tomorrow");
    tab = await DashboardPage.open(launched.browser, server.url);
  });
  afterAll(async () => {
    await tab?.close();
    await server?.stop();
    directory?.remove();
  });

  /** How far the page stands out at the right, at each width. */
  async function beyond() {
    const found = [];
    for (const width of WIDTHS) {
      await tab.page.setViewportSize({ width, height: 900 });
      found.push(await tab.page.evaluate(() => document.documentElement.scrollWidth - innerWidth));
    }
    return found;
  }

  const views = {
    services: ["#/services?from=now-15m", "[data-testid=services] tbody tr"],
    service: [service, "[data-testid=transactions] tbody tr"],
    transaction: [`${service}&transaction=${TRANSACTION}`, "[data-testid=transactions] .row-chosen"],
    "a service in many environments": ["#/services/everywhere?from=now-15m", ".chart"],
    previews: ["#/explore?from=now-15m", "[data-testid=previews] .chart"],
    explore: [`#/explore?metric=${long("metric")}&by=${LABEL}&from=now-15m`, "[data-testid=explore-result] .chart"],
    filter: [
      `#/explore?metric=${long("metric")}&filter=${LABEL}:${VALUE}&from=now-15m`,
      "[data-testid=explore-result] .chart",
    ],
    configuration: ["#/config", "[data-testid=agents] tbody tr"],
    health: ["#/health?from=now-15m", "[data-testid=cardinality] tbody tr"],
    "an absolute range": ["#/services?from=2026-01-01T10:00:00Z&to=2026-02-01T10:00:00Z", "h1"],
  };
  it.each(Object.entries(views))("fits a desk and a phone: %s", async (_name, [hash, content]) => {
    await tab.page.setViewportSize({ width: 1440, height: 900 });
    await tab.go(hash);
    await tab.page.locator(content).first().waitFor();
    await tab.settle();
    // A chart takes its new width a moment after the page.
    await expect.poll(beyond, { timeout: 5000 }).toEqual([0, 0]);
  });

  it("keeps the numbers beside a long transaction name in sight, and the whole name at hand", async () => {
    await tab.page.setViewportSize({ width: 1440, height: 900 });
    await tab.go(service);
    const table = tab.byTestId("transactions");
    await table.locator("tbody tr").first().waitFor();
    const share = await table.locator("tbody tr td").last().boundingBox();
    expect(share.x + share.width).toBeLessThanOrEqual(1440);
    expect(await table.locator("tbody button").first().getAttribute("title")).toBe(TRANSACTION);
    const cut = tab.byTestId(`panel-${long("metric")}`).locator(".panel-title");
    expect(await cut.getAttribute("title")).toMatch(new RegExp(`^${long("metric")}\\n\\w`));
  });

  it("keeps the state of a service beside its long name on a phone", async () => {
    await tab.page.setViewportSize({ width: 390, height: 900 });
    await tab.go("#/services?from=now-15m");
    const row = tab
      .byTestId("services")
      .locator("tbody tr")
      .filter({ hasNotText: /everywhere|of-tomorrow/ });
    await row.waitFor();
    const name = await row.locator(".service-name").boundingBox();
    const status = await row.locator(".service-status").boundingBox();
    expect(name.x + name.width).toBeLessThanOrEqual(status.x);
  });

  it("says of a service that its clock is ahead, in the list and on its page", async () => {
    await tab.go("#/services?from=now-15m");
    const flag = (where) => where.getByTestId("flag-clock").textContent();
    await eventually(() => flag(tab.byTestId("service-of-tomorrow"))).toBe("clock 24 h ahead");
    await tab.go("#/services/of-tomorrow?from=now-15m");
    await eventually(() => flag(tab.byTestId("service-facts"))).toBe("clock 24 h ahead");
  });

  it("says in words what was refused, by reason", async () => {
    await tab.go("#/health?from=now-15m");
    for (const words of ["not readable as JSON", "for a host name that is not this server's"]) {
      await eventually(() => tab.page.getByText(words).count()).toBeGreaterThan(0);
    }
  });
});
