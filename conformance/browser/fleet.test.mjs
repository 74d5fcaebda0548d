// What a single demo does not show: several nodes, environments and versions, a container, refusals, and what the page
// does while it waits and when the server fails.
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TidegaugeProcess, temporaryDirectory } from "../server-process.mjs";
import { launchChromium } from "./chromium.mjs";
import { DashboardPage, eventually } from "./dashboard-page.mjs";

const launched = await launchChromium();
if (launched === undefined) console.log("skipped: this machine has no Chromium; install Chrome or set CHROME_PATH");
afterAll(() => launched?.close());

/** @param {string} serverUrl @param {string} node @param {string} environment @param {string} version */
function startProcess(serverUrl, node, environment, version) {
  return fork(fileURLToPath(new URL("fleet-process.mjs", import.meta.url)), {
    env: {
      ...process.env,
      ELASTIC_APM_SERVER_URL: serverUrl,
      ELASTIC_APM_SERVICE_NODE_NAME: node,
      ELASTIC_APM_ENVIRONMENT: environment,
      ELASTIC_APM_SERVICE_VERSION: version,
      ELASTIC_APM_API_REQUEST_TIME: "500ms",
      ELASTIC_APM_LOG_LEVEL: "error",
    },
  });
}

/** @param {string} url @param {string} body lines of the protocol */
function send(url, body) {
  return fetch(`${url}/intake/v2/events`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body,
  });
}

/** What an agent says about its spool. */
function spoolReport() {
  const metadata = { service: { name: "spooler", agent: { name: "nodejs", version: "0.1.0" } } };
  const samples = { "agent.events.spooled": { value: 40, type: "gauge" } };
  const lines = [{ metadata }, { metricset: { timestamp: Date.now() * 1000, samples } }];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

/** More transactions than the server answers groups for; the first is the most frequent. */
function manyTransactions() {
  const metadata = { service: { name: "many", agent: { name: "nodejs", version: "0.1.0" } } };
  const timestamp = Date.now() * 1000;
  const lines = Array.from({ length: 1200 }, (_, index) => ({
    metricset: {
      timestamp,
      samples: {
        "transaction.duration.us": {
          type: "histogram",
          temporality: "delta",
          values: [1000],
          counts: [index === 0 ? 800 : 1],
        },
      },
      tags: { transaction_name: `GET /${index}`, transaction_type: "request", event_outcome: "success" },
    },
  }));
  return [{ metadata }, ...lines].map((line) => `${JSON.stringify(line)}\n`).join("");
}

/**
 * Three containers of different ages, each held back in a tenth of its periods, in a service with a node that ended an hour ago. They report every 30 s,
 * each at a time of its own; b misses a report, c the next, and c waited more in its past.
 */
function crewReports() {
  const now = Date.now();
  const line = (ageMs, totals) => {
    const samples = Object.entries(totals).map(([name, value]) => [
      `system.process.cgroup.${name}`,
      { value, type: "gauge" },
    ]);
    return { metricset: { timestamp: (now - ageMs) * 1000, samples: Object.fromEntries(samples) } };
  };
  const report = (node, lines) => {
    const agent = { name: "nodejs", version: "0.1.0", ephemeral_id: node };
    const metadata = { service: { name: "crew", node: { configured_name: node }, agent } };
    return [{ metadata }, ...lines].map((one) => `${JSON.stringify(one)}\n`).join("");
  };
  const container = (periods, waited, missing, offsetMs) =>
    Array.from({ length: 9 }, (_, index) =>
      line(offsetMs + 30_000 * (8 - index), {
        "cpu.cfs.quota.us": 50_000,
        "cpu.stats.periods": periods + 300 * index,
        "cpu.stats.throttled.periods": waited + 30 * index,
        "cpuacct.total.ns": 40e6 * (periods + 300 * index),
      }),
    ).filter((_, index) => index !== missing);
  return [
    report("gone", [
      line(3_600_000, { "cpu.stats.periods": 9e6, "cpu.stats.throttled.periods": 8e6, "cpuacct.total.ns": 9e15 }),
    ]),
    report("a", container(360_000, 36_000, undefined, 1000)),
    report("b", container(36_000, 3600, 3, 11_000)),
    report("c", container(37_000, 8000, 4, 21_000)),
  ];
}

/** What a container reports in the names of cpu-memory-cgroup.md, a minute long, and one event that is against the rules. */
function containerReport() {
  const metadata = { service: { name: "boxed", agent: { name: "nodejs", version: "0.1.0" } } };
  const reports = Array.from({ length: 7 }, (_, index) => {
    const gauges = {
      "memory.mem.usage.bytes": 200 * 2 ** 20,
      "memory.mem.limit.bytes": 256 * 2 ** 20,
      "cpu.cfs.quota.us": 50_000,
      "cpu.cfs.period.us": 100_000,
      // In ten seconds a hundred periods went by, in 25 of them it had to wait, and it used 40 ms in each.
      "cpu.stats.periods": 70_000 + 100 * index,
      "cpu.stats.throttled.periods": 3000 + 25 * index,
      "cpu.stats.throttled.ns": 1e9 * index,
      "cpuacct.total.ns": 9e12 + 4e9 * index,
    };
    const samples = Object.fromEntries(
      Object.entries(gauges).map(([name, value]) => [`system.process.cgroup.${name}`, { value, type: "gauge" }]),
    );
    return { metricset: { timestamp: (Date.now() - 60_000 + 10_000 * index) * 1000, samples } };
  });
  const lines = [{ metadata }, ...reports, { metricset: { samples: 3 } }];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

/** What Elastic's agents say of transactions: the self times of their spans, no durations. */
function breakdownReport() {
  const metadata = { service: { name: "classic", agent: { name: "java", version: "1.50.0" } } };
  const spans = [
    ["GET /a", "app", 10, 5000],
    ["GET /a", "db", 30, 9000],
    ["GET /b", "app", 5, 6000],
  ];
  const lines = spans.map(([name, type, count, sum]) => ({
    metricset: {
      timestamp: Date.now() * 1000,
      transaction: { name, type: "request" },
      span: { type },
      samples: { "span.self_time.count": { value: count }, "span.self_time.sum.us": { value: sum } },
    },
  }));
  return [{ metadata }, ...lines].map((line) => `${JSON.stringify(line)}\n`).join("");
}

describe.skipIf(launched === undefined && process.env.CI !== "true")("the page of a fleet", () => {
  let directory;
  let server;
  const processes = [];
  /** @type {DashboardPage} */
  let tab;

  beforeAll(async () => {
    directory = temporaryDirectory();
    server = await TidegaugeProcess.start(["serve", "--data-dir", directory.path]);
    processes.push(startProcess(server.url, "web-1", "production", "1.0.0"));
    processes.push(startProcess(server.url, "web-2", "staging", "2.0.0"));
    expect((await send(server.url, containerReport())).status).toBe(400);
    for (const body of crewReports()) expect((await send(server.url, body)).status).toBe(202);
    expect((await send(server.url, spoolReport())).status).toBe(202);
    expect((await send(server.url, manyTransactions())).status).toBe(202);
    expect((await send(server.url, breakdownReport())).status).toBe(202);
    tab = await DashboardPage.open(launched.browser, server.url);
    await tab.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  });
  afterAll(async () => {
    await tab?.close();
    await Promise.all(
      processes.map(async (child) => {
        child.kill("SIGTERM");
        if (child.exitCode === null) await once(child, "exit");
      }),
    );
    await server?.stop();
    directory?.remove();
  });

  const clipboard = () => tab.page.evaluate(() => navigator.clipboard.readText());

  it("lists every fact of a service", async () => {
    await tab.go("#/services?from=now-5m");
    const row = tab.byTestId("service-fleet");
    await eventually(() => row.locator("[data-label=Nodes]").textContent()).toBe("2");
    await eventually(() => row.locator(".tag").allTextContents()).toEqual(["production", "staging"]);
    expect(await row.textContent()).toContain("nodejs 0.1.0");
    for (const column of ["Throughput", "p95", "Errors", "CPU", "Memory"]) {
      const cell = row.locator(`[data-label="${column}"]`);
      await eventually(() => cell.textContent()).toMatch(/\d/);
      expect(await cell.locator("svg.sparkline").count()).toBe(1);
    }
    expect(await row.locator(".last-seen").textContent()).toMatch(/now|ago/);
    await tab.page.getByRole("searchbox", { name: "Search services" }).fill("nobody");
    await tab.page.getByText("No service matches “nobody”.").waitFor();
    await tab.page.getByRole("searchbox", { name: "Search services" }).fill("staging");
    await row.waitFor();
    for (const column of ["Nodes", "Throughput", "p95", "Errors", "CPU", "Memory", "Last seen"]) {
      const head = tab.page.getByRole("columnheader", { name: column });
      await head.getByRole("button").click();
      await eventually(() => head.getAttribute("aria-sort")).toBe("descending");
    }
  });

  it("draws nodes as one, each, or one of them, and one environment", async () => {
    await tab.go("#/services/fleet?from=now-5m");
    const cpu = await tab.chart("cpu");
    await eventually(() => cpu.getAttribute("data-series")).toBe("2");
    await tab.byTestId("split-nodes").click();
    await eventually(() => cpu.getAttribute("data-series")).toBe("4");
    expect(await tab.byTestId("panel-cpu").locator(".legend").textContent()).toContain("web-2");
    for (const panel of ["throughput", "latency"]) {
      const chart = await tab.chart(panel);
      await eventually(() => chart.getAttribute("data-series")).toBe("2");
      expect(await tab.byTestId(`panel-${panel}`).locator(".legend").textContent()).toMatch(/web-1.*web-2/);
    }
    // What is not drawn by node says so.
    for (const panel of ["breakdown", "gc-time"]) {
      await tab.chart(panel);
      await tab.byTestId(`panel-${panel}`).getByText("all nodes").waitFor();
    }
    expect(await tab.violations()).toEqual([]);
    await tab.page.reload();
    await eventually(() => cpu.getAttribute("data-series")).toBe("4");
    await tab.page.getByRole("combobox", { name: "Node" }).selectOption("web-1");
    await eventually(() => cpu.getAttribute("data-series")).toBe("2");
    expect(await tab.byTestId("split-nodes").count()).toBe(0);
    await tab.page.getByRole("combobox", { name: "Environment" }).selectOption("staging");
    // There is no web-1 in staging.
    await tab.byTestId("panel-cpu").locator("[data-state=empty]").waitFor();
    await tab.page.getByRole("combobox", { name: "Node" }).selectOption("");
    await tab.chart("cpu");
    expect(tab.page.url()).toContain("environment=staging");
  });

  it("leads from a panel to its numbers in the explorer: of its node, its environment or each node", async () => {
    const explored = async (panel) => {
      await tab.chart(panel);
      await tab
        .byTestId(`panel-${panel}`)
        .getByRole("link", { name: /^Explore/ })
        .click();
      await tab.byTestId("explore-result").locator(".chart").waitFor();
      return new URLSearchParams(new URL(tab.page.url()).hash.split("?")[1]);
    };
    await tab.go("#/services/fleet?node=web-1&environment=production&from=now-5m");
    const one = await explored("cpu");
    expect(one.getAll("filter")).toEqual(["service.node.name:web-1", "service.environment:production"]);
    await tab.page.getByRole("button", { name: "Remove filter service.node.name:web-1" }).waitFor();
    await tab.page.goBack();
    await tab.byTestId("latency-heatmap").click();
    await tab.byTestId("panel-latency").getByTestId("heatmap").waitFor();
    await tab.byTestId("panel-latency").getByRole("link", { name: "Explore Latency" }).click();
    await eventually(() => tab.page.url()).toContain("filter=service.node.name%3Aweb-1");
    await tab.go("#/services/fleet?split=node&from=now-5m");
    expect((await explored("cpu")).getAll("by")).toEqual(["service.node.name"]);
  });

  it("filters a metric without labels by node, version and environment, and a breakdown by its transaction", async () => {
    await tab.go("#/explore?service=fleet&metric=nodejs.memory.heap.used.bytes&by=service.node.name&from=now-5m");
    const result = tab.byTestId("explore-result");
    const series = () => result.locator(".chart").getAttribute("data-series");
    await eventually(series).toBe("2");
    await result.getByLabel("Label to filter by").selectOption("service.version");
    const versions = result.getByLabel("Value of service.version");
    await eventually(() => versions.locator("option").allTextContents()).toEqual(["is…", "1.0.0", "2.0.0"]);
    await versions.selectOption("2.0.0");
    await eventually(series).toBe("1");
    await result.getByRole("button", { name: "Remove filter service.version:2.0.0" }).click();
    await eventually(series).toBe("2");
    await result.getByLabel("Label to filter by").selectOption("host.name");
    await result.getByLabel("Value of host.name").waitFor();
    expect(await tab.violations()).toEqual([]);

    await tab.go("#/explore?service=classic&metric=span.self_time.count&aggregation=sum&from=now-5m");
    await result.getByLabel("Label to filter by").selectOption("transaction.name");
    await result.getByLabel("Value of transaction.name").selectOption("GET /b");
    await result.getByRole("button", { name: "Remove filter transaction.name:GET /b" }).waitFor();
    await eventually(() => result.locator(".chart").getAttribute("data-last")).toMatch(/ 5$/);
    // A metric's age stands in the list.
    await eventually(() => tab.byTestId("metric-span.self_time.count").textContent()).toMatch(
      /seen (now|\d+ \w+ ago)$/,
    );
  });

  it("lists the transactions of an agent that sends no durations, and narrows the breakdown to one", async () => {
    await tab.go("#/services/classic?from=now-5m");
    const rows = tab.byTestId("transactions").locator("tbody tr");
    const rate = expect.stringMatching(/\/s$/);
    await eventually(() => rows.count()).toBe(2);
    expect(await rows.first().locator("td").allTextContents()).toEqual([rate, "1.4 ms", "–", "–", "70 %"]);
    await tab.page.getByText("This agent sends no durations").waitFor();
    await rows.first().getByRole("button", { name: "GET /a" }).click();
    const spans = () => tab.byTestId("spans").locator("tbody th").allTextContents();
    await eventually(spans).toEqual(["db", "app"]);
    // Panel and table both say what went wrong.
    const error = { error: { code: "too_many_points", message: "Choose a longer step." } };
    const breakdowns = "**/api/v1/breakdown?*transaction=*";
    await tab.page.route(breakdowns, (route) => route.fulfill({ status: 400, json: error }));
    await tab.page.reload();
    await eventually(() => tab.page.getByRole("alert").count()).toBe(2);
    await tab.page.unroute(breakdowns);
    await tab.page.reload();
    await eventually(spans).toEqual(["db", "app"]);
    expect(await tab.problemsOfEveryLook()).toEqual([]);
    await tab.page.setViewportSize({ width: 1440, height: 1000 });
  });

  it("CG-20…CG-25 draws a container's CPU time against its limit, and how often it had to wait", async () => {
    await tab.go("#/services/boxed?from=now-5m");
    const legend = (panel) => tab.byTestId(`panel-${panel}`).locator(".legend li");
    await tab.chart("cgroup-cpu");
    await eventually(() => legend("cgroup-cpu").allInnerTexts()).toEqual([
      expect.stringMatching(/used in a period\s+40 ms/),
      expect.stringMatching(/limit\s+50 ms/),
    ]);
    await tab.chart("cgroup-throttled");
    await eventually(() => legend("cgroup-throttled").allInnerTexts()).toEqual([expect.stringMatching(/25 %/)]);
    expect(await tab.page.getByRole("heading", { name: /Custom metrics/ }).count()).toBe(0);
  });

  it("CG-20…CG-25 compares the totals of each container with its own, whoever reports late", async () => {
    await tab.go("#/services/crew?from=now-15m");
    const values = async (panel) => {
      await tab.chart(panel);
      await tab
        .byTestId(`panel-${panel}`)
        .getByRole("button", { name: /values as a table/ })
        .click();
      const rows = tab.byTestId(`panel-${panel}`).locator(".value-table tbody tr");
      await eventually(() => rows.count()).toBeGreaterThan(5);
      return new Set(await rows.locator("td:nth-of-type(1)").allTextContents());
    };
    expect([...(await values("cgroup-throttled"))].filter((value) => value !== "–")).toEqual(["10 %"]);
    expect([...(await values("cgroup-cpu"))].filter((value) => value !== "–")).toEqual(["40 ms"]);
    // The explorer would show totals that only rise.
    const lens = (panel) => tab.byTestId(`panel-${panel}`).getByRole("link", { name: /^Explore/ });
    expect(await lens("cgroup-throttled").count()).toBe(0);
  });

  it("counts and offers the nodes that reported in the range", async () => {
    const facts = tab.byTestId("service-facts");
    const offered = () => tab.page.getByRole("combobox", { name: "Node" }).locator("option").allTextContents();
    await tab.go("#/services/crew?from=now-15m");
    await eventually(() => facts.textContent()).toBe("nodejs 0.1.0 · 3 nodes");
    expect(await offered()).toEqual(["All", "a", "b", "c"]);
    await tab.go("#/services/crew?from=now-2h&node=gone");
    await eventually(() => facts.textContent()).toBe("nodejs 0.1.0 · 4 nodes");
    await tab.go("#/services/crew?from=now-15m&node=gone");
    await eventually(() => facts.textContent()).toBe("nodejs 0.1.0 · 3 nodes");
    expect(await offered()).toEqual(["All", "gone", "a", "b", "c"]);
    // A process without a node name is none.
    await tab.go("#/services?from=now-5m");
    await eventually(() => tab.byTestId("service-crew").locator("[data-label=Nodes]").textContent()).toBe("3");
    await eventually(() => tab.byTestId("service-boxed").locator("[data-label=Nodes]").textContent()).toBe("–");
  });

  it("draws a container's memory against its limit", async () => {
    await tab.go("#/services/boxed?from=now-5m");
    await tab.chart("cgroup-memory");
    const legend = tab.byTestId("panel-cgroup-memory").locator(".legend");
    await eventually(() => legend.locator("li").allInnerTexts()).toEqual([
      expect.stringMatching(/usage\s+200 MiB/),
      expect.stringMatching(/limit\s+256 MiB/),
    ]);
    expect(await legend.locator(".swatch-limit").count()).toBe(1);
  });

  it("says what the server refused and why", async () => {
    await tab.go("#/health?from=now-5m");
    const refused = tab.page.locator("article").filter({ hasText: "Events not accepted" });
    await eventually(() => refused.locator("tr").textContent()).toMatch(/not the protocol's form\s*1$/);
    const statuses = tab.page.locator("article").filter({ hasText: "Requests by status" });
    await eventually(() => statuses.textContent()).toContain("400");
    await tab.page.getByText("Everything the server counts").click();
    await tab.page.getByText("tidegauge_ready").waitFor();
    expect(await tab.violations()).toEqual([]);
  });

  it("shows the transactions that take most time, all when asked, and joins more than the server answers in one row", async () => {
    await tab.go("#/services/many?from=now-15m");
    const rows = tab.byTestId("transactions").locator("tbody tr");
    await eventually(() => rows.count()).toBe(15);
    await tab.page.getByRole("button", { name: "Show all 1001 transactions" }).click();
    await eventually(() => rows.count()).toBe(1001);
    expect(await rows.first().locator("td").last().textContent()).toBe("40 %");
    // 1,199 once each, of which 999 have rows: 200 of 1,999.
    const other = rows.filter({ has: tab.page.getByText("other", { exact: true }) });
    expect(await other.locator("td").allTextContents()).toEqual([
      expect.stringMatching(/\/s$/),
      "1 ms",
      "–",
      "–",
      "10 %",
    ]);
  });

  it("shows what waits in the spools of agents", async () => {
    await tab.go("#/health?from=now-5m");
    const spooled = await tab.chart("agent-spooled");
    expect(await spooled.getAttribute("data-last")).toMatch(/ 40$/);
  });

  it("says that it loads, that it failed and why, and tries again when asked", async () => {
    // Paused, or the page would ask again before the hand is on the button.
    await tab.go(`#/services?from=now-5m&at=${Date.now()}`);
    await tab.byTestId("service-fleet").waitFor();
    let answer;
    const answered = new Promise((resolve) => {
      answer = resolve;
    });
    await tab.page.route("**/api/v1/query**", async (route) => {
      await answered;
      const error = { error: { code: "too_many_points", message: "Choose a longer step." } };
      await route.fulfill({ status: 400, json: error });
    });
    await tab.byTestId("service-fleet").getByRole("link", { name: "fleet" }).click();
    const panel = tab.byTestId("panel-cpu");
    await panel.scrollIntoViewIfNeeded();
    await panel.locator("[data-state=loading]").waitFor();
    expect(await tab.violations()).toEqual([]);
    answer();
    await eventually(() => panel.getByRole("alert").textContent()).toMatch(/Choose a longer step\.too_many_points/);
    expect(await tab.violations()).toEqual([]);
    await tab.page.unroute("**/api/v1/query**");
    await panel.getByRole("button", { name: "Try again" }).click();
    await tab.chart("cpu");
  });

  it("takes a filter away again, copies the call and exports JSON", async () => {
    await tab.go("#/explore?service=fleet&metric=fleet.parcels&filter=service.node.name:web-1&from=now-5m");
    const result = tab.byTestId("explore-result");
    await result.locator(".chart").waitFor();
    expect(await result.textContent()).toContain("cumulative");
    await result.getByRole("button", { name: "service.node.name", exact: true }).click();
    await eventually(() => result.locator(".chart").getAttribute("data-series")).toBe("1");
    await result.getByRole("button", { name: /^Remove filter/ }).click();
    await eventually(() => result.locator(".chart").getAttribute("data-series")).toBe("2");
    for (const view of ["stack", "line"]) {
      const button = result.getByRole("button", { name: view, exact: true });
      await button.click();
      await eventually(() => button.getAttribute("aria-pressed")).toBe("true");
    }
    await result.getByTestId("aggregation").selectOption("sum");
    await result.getByRole("button", { name: "Copy: API call" }).click();
    await result.getByText("Copied").waitFor();
    const copied = new URL(await clipboard());
    expect(copied.searchParams.get("aggregation")).toBe("sum");
    expect((await (await fetch(copied)).json()).series).toHaveLength(2);
    const [download] = await Promise.all([
      tab.page.waitForEvent("download"),
      result.getByRole("button", { name: "Download JSON" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("fleet.parcels-sum.json");
    const saved = JSON.parse(readFileSync(await download.path(), "utf8"));
    expect(saved.series.map(({ labels }) => labels["service.node.name"]).sort()).toEqual(["web-1", "web-2"]);
    await tab.page.getByRole("searchbox", { name: "Search metrics" }).fill("heap");
    await eventually(() => tab.page.locator(".metric-name").allTextContents()).toEqual([
      "nodejs.memory.heap.allocated.bytes",
      "nodejs.memory.heap.used.bytes",
    ]);
    await tab.go("#/explore?service=fleet&metric=gone");
    await tab.page.getByText("There is no metric gone of fleet.").waitFor();
    await tab.go("#/explore?service=nosuch");
    await tab.page.getByText("There are no metrics of this service.").waitFor();
    expect(await tab.page.locator(".page-head select").inputValue()).toBe("nosuch");
  });
});

describe.skipIf(launched === undefined && process.env.CI !== "true")(
  "the page of a server without Elasticsearch",
  () => {
    it("says that it is away, what waits for it, and why agents were turned away", async () => {
      const directory = temporaryDirectory();
      const server = await TidegaugeProcess.start([
        ...["serve", "--data-dir", directory.path, "--output", "store,elasticsearch"],
        // Nothing listens there.
        ...["--elasticsearch-url", "http://127.0.0.1:9"],
      ]);
      const tab = await DashboardPage.open(launched.browser, server.url);
      try {
        expect((await send(server.url, spoolReport())).status).toBe(503);
        await tab.go("#/health?from=now-5m");
        await eventually(() => tab.byTestId("stat-Elasticsearch").textContent()).toMatch(/is away/);
        await eventually(() => tab.byTestId("stat-Waiting on disk for it").textContent()).toMatch(/0 B/);
        const refused = tab.page.locator("article").filter({ hasText: "Turned away" });
        await eventually(() => refused.locator("tr").textContent()).toMatch(
          /notReady while the server could not write\s*1/,
        );
      } finally {
        await tab.close();
        await server.stop();
        directory.remove();
      }
    });
  },
);

describe.skipIf(launched === undefined && process.env.CI !== "true")("the page before the first report", () => {
  it("has steps to copy for every kind of sender", async () => {
    const directory = temporaryDirectory();
    const server = await TidegaugeProcess.start(["serve", "--data-dir", directory.path]);
    const tab = await DashboardPage.open(launched.browser, server.url);
    try {
      await tab.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await tab.go("");
      const steps = tab.byTestId("first-run");
      for (const [sender, words] of Object.entries({
        "Node.js": "@tidegauge/agent",
        Python: "elastic-apm",
        OpenTelemetry: "@tidegauge/agent/opentelemetry",
      })) {
        await steps.getByRole("button", { name: sender, exact: true }).click();
        await eventually(() => steps.textContent()).toContain(words);
      }
      const code = await steps.locator("pre").first().textContent();
      await steps.getByRole("button", { name: /^Copy/ }).first().click();
      await steps.getByText("Copied").waitFor();
      expect(await tab.page.evaluate(() => navigator.clipboard.readText())).toBe(code);
      // On plain HTTP from another machine a page has no clipboard.
      await tab.page.evaluate(() =>
        Object.defineProperty(Navigator.prototype, "clipboard", { get: () => undefined, configurable: true }),
      );
      await steps.getByRole("button", { name: /^Copy/ }).nth(1).click();
      await steps.getByText("Selected").waitFor();
      const second = await steps.locator("pre").nth(1).textContent();
      expect(await tab.page.evaluate(() => String(window.getSelection()))).toBe(second);
    } finally {
      await tab.close();
      await server.stop();
      directory.remove();
    }
  });
});
