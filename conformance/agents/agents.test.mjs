// Elastic's own agents report into a real server. What they sent is kept on the way, read by code that shares nothing with
// the product, and compared with what the query API gives back.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isRefused, readCapture } from "../golden/capture.mjs";
import { TidegaugeProcess, temporaryDirectory } from "../server-process.mjs";
import { Relay } from "./relay.mjs";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const TOKEN = "a-token-that-is-long-enough";

const AGENTS = [
  { name: "elastic-apm-node 4.18.0", agent: "nodejs", command: [process.execPath, path("node/app.mjs")] },
  {
    name: "elastic-apm 6.26.2 for Python",
    agent: "python",
    command: [path(".venv/bin/python"), path("python/app.py")],
  },
  { name: "go.elastic.co/apm/v2 2.7.1", agent: "go", command: [path(".cache/go-app")] },
];

for (const { name, agent, command } of AGENTS) {
  // In CI a missing language is a failure, not a skip.
  const isInstalled = existsSync(command[0]) || process.env.CI === "true";
  if (!isInstalled) console.warn(`${name} is skipped: ${command[0]} is not here; is the language installed?`);

  describe.skipIf(!isInstalled)(name, () => {
    const directory = temporaryDirectory();
    const service = `conformance-${agent}`;
    const sampled = [];
    let server;
    let relay;
    let app;
    let capture;

    /** Starts the application with the agent in it. */
    function start() {
      const child = spawn(command[0], command.slice(1), {
        stdio: ["pipe", "pipe", "inherit"],
        env: {
          PATH: process.env.PATH,
          HOME: directory.path,
          ELASTIC_APM_SERVER_URL: relay.url,
          ELASTIC_APM_SECRET_TOKEN: TOKEN,
          ELASTIC_APM_SERVICE_NAME: service,
          ELASTIC_APM_SERVICE_VERSION: "7.8.9",
          ELASTIC_APM_SERVICE_NODE_NAME: "node-1",
          ELASTIC_APM_ENVIRONMENT: "lab",
          ELASTIC_APM_GLOBAL_LABELS: "team=blue",
          ELASTIC_APM_METRICS_INTERVAL: "1s",
          ELASTIC_APM_API_REQUEST_TIME: "1s",
          ELASTIC_APM_CLOUD_PROVIDER: "none",
        },
      });
      createInterface({ input: child.stdout }).on("line", (line) => sampled.push(JSON.parse(line).sampled));
      return child;
    }

    beforeAll(async () => {
      server = await TidegaugeProcess.start([
        ...["serve", "--data-dir", directory.path, "--secret-token", TOKEN, "--agent-config-max-age", "2s"],
      ]);
      relay = await Relay.start(server.url);
      app = start();
    });

    afterAll(async () => {
      app?.kill("SIGKILL");
      relay?.close();
      await server?.stop();
      directory.remove();
    });

    const headers = { Authorization: `Bearer ${TOKEN}` };
    async function get(route, parameters = {}) {
      const response = await fetch(`${server.url}${route}?${new URLSearchParams(parameters)}`, { headers });
      const text = await response.text();
      expect(response.status, `${route} ${JSON.stringify(parameters)}: ${text}`).toBe(200);
      return JSON.parse(text);
    }

    it("SRV-72 gets its central configuration, applies it and says so", { timeout: 90_000 }, async () => {
      await expect.poll(() => sampled.at(-1), { timeout: 20_000 }).toBe(true);
      const settings = { transaction_sample_rate: "0" };
      const answer = await fetch(`${server.url}/api/v1/agent-config`, {
        method: "PUT",
        headers: { ...headers, "Content-Type": "application/json" },
        body: JSON.stringify([{ service: { name: service, environment: "lab" }, settings, etag: "v1" }]),
      });
      expect(answer.status).toBe(200);
      await expect.poll(() => sampled.at(-1), { timeout: 40_000, interval: 200 }).toBe(false);
      await expect.poll(() => relay.polls.at(-1), { timeout: 30_000, interval: 200 }).toEqual(['"v1"', 304, '"v1"']);
      const { agents } = await get("/api/v1/agents");
      expect(agents).toMatchObject([
        { service, environment: "lab", node: "node-1", agent: { name: agent }, etag: "v1", upToDate: true },
      ]);
    });

    it("SRV-27 is accepted with everything it sends, up to its end", { timeout: 60_000 }, async () => {
      await expect.poll(() => relay.answers.length, { timeout: 30_000 }).toBeGreaterThan(3);
      const exit = once(app, "exit");
      app.stdin.end();
      await exit;
      relay.bodies.forEach((body, index) => {
        const events = body
          .trim()
          .split("\n")
          .slice(1)
          .map((line) => JSON.parse(line));
        const [status, text] = relay.answers[index];
        expect(status, text).toBe(events.some(isRefused) ? 400 : 202);
      });
      capture = readCapture(relay.bodies.filter((body) => body !== ""));
    });

    it("is listed with its version, environment and node", async () => {
      const { services } = await get("/api/v1/services");
      expect(services).toMatchObject([
        {
          name: service,
          environments: ["lab"],
          agent: { name: agent, version: capture.service.agent.version },
          nodes: ["node-1"],
          status: "reporting",
        },
      ]);
    });

    it("has every value it sent read back exactly", async () => {
      const window = { from: String(capture.fromMs), to: String(capture.toMs), service, step: "1s" };
      let compared = 0;
      for (const [metric, { lastBySecond, labelKeys, isHistogram, histogramCount }] of capture.metrics) {
        if (isHistogram) {
          const { series } = await get("/api/v1/query", { ...window, metric, aggregation: "count" });
          expect(
            series[0].points.reduce((sum, [, value]) => sum + (value ?? 0), 0),
            metric,
          ).toBe(histogramCount);
          continue;
        }
        const { series } = await get("/api/v1/query", {
          ...window,
          metric,
          aggregation: "last",
          ...(labelKeys.length > 0 && { group_by: labelKeys.join(",") }),
        });
        const read = Object.fromEntries(
          series.map(({ labels, points }) => [
            JSON.stringify(labelKeys.map((key) => labels[key] ?? "")),
            Object.fromEntries(points.filter(([, value]) => value !== null)),
          ]),
        );
        expect(read, metric).toEqual(lastBySecond);
        compared += Object.values(lastBySecond).flatMap(Object.values).length;
      }
      expect(compared).toBeGreaterThan(30);
      // elastic-apm-node adds labels of its own.
      const queue = {
        ...window,
        metric: "conformance.queue",
        aggregation: "avg",
        group_by: "region,team",
        filter: "region:eu",
      };
      const { series } = await get("/api/v1/query", queue);
      expect(series.map(({ labels }) => labels)).toEqual([{ region: "eu", team: "blue" }]);
      expect(new Set(series[0].points.map(([, value]) => value ?? 42.5))).toEqual(new Set([42.5]));
      expect(series[0].points.filter(([, value]) => value !== null).length).toBeGreaterThan(2);
    });

    it("has its breakdown read back exactly", async () => {
      const window = { from: String(capture.fromMs), to: String(capture.toMs), service, step: "1s" };
      const { transactions } = await get("/api/v1/breakdown", window);
      const read = Object.fromEntries(
        transactions.flatMap((transaction) =>
          transaction.spans.map((span) => [
            [transaction.name, transaction.type, span.type, span.subtype].join(" | "),
            { count: span.count, sumUs: expect.closeTo(span.sumUs, 3) },
          ]),
        ),
      );
      expect(capture.breakdown).toEqual(read);
      expect(Object.keys(read).length).toBeGreaterThan(1);
    });

    it("QRY-37 is seen to restart, by what it says of its process", { timeout: 60_000 }, async () => {
      const processes = async () => (await get("/api/v1/processes", { service })).processes;
      const [first, ...others] = await processes();
      expect(others).toEqual([]);
      app = start();
      await expect.poll(async () => (await processes()).length, { timeout: 40_000, interval: 200 }).toBe(2);
      const [, second] = await processes();
      expect(second).toMatchObject({ service, node: "node-1", version: "7.8.9", replaces: first.id });
      expect(Date.parse(second.firstSeen)).toBeGreaterThanOrEqual(Date.parse(first.lastSeen));
      const exit = once(app, "exit");
      app.stdin.end();
      await exit;
    });
  });
}
