import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { receiver } from "../processes/receiver.mjs";

const run = promisify(execFile);
const here = new URL(".", import.meta.url).pathname;
let server;
let directory;

beforeAll(async () => {
  server = await receiver();
  // Inside the suite, where the peers are installed.
  directory = mkdtempSync(join(here, ".snippets-"));
});
afterAll(async () => {
  rmSync(directory, { recursive: true });
  await server.close();
});

/** What each snippet of a page must send or print, in the order of the page. */
const PAGES = {
  "custom-metrics.md": [
    ["my_counter", "orders", "queue_depth", "checkout.sum.us", "checkout.count", "latency"],
    ["requests"],
    ["queue_depth", "free_slots"],
    ["orders", /orders_total\{region="eu"\} 3\n[\s\S]*# EOF/],
    [/^1\n$/],
  ],
  "prometheus.md": [["prometheus.metrics.requests", "prometheus.metrics.latency"]],
  "opentelemetry.md": [["orders", "latency"], ["orders"]],
  "migration/prom-client.md": [
    ["prometheus.metrics.requests", "prometheus.metrics.latency_seconds"],
    ["prometheus.metrics.requests"],
    [/^requests_total\{method="GET",status="200"\} 2$/m],
    ["requests", "latency", "queue_depth", /^requests_total\{method="GET",status="200"\} 2$/m],
  ],
  "migration/opentelemetry.md": [[/name: 'orders'/], ["orders"], ["orders", /name: 'orders'/]],
  "migration/python-agent.md": [["queue_depth", "orders", "checkout.sum.us", "latency"]],
};

describe.each(Object.keys(PAGES))("docs/%s", (page) => {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");
  const snippets = [...text.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map((match) => match[1]);

  it("has as many snippets as are expected here", () => {
    expect(snippets).toHaveLength(PAGES[page].length);
  });

  it.each(PAGES[page].map((expected, index) => [index + 1, expected]))(
    "snippet %i runs and does what the page says",
    async (index, expected) => {
      const path = join(directory, `${page.replace("/", "-")}-${index}.mjs`);
      writeFileSync(path, snippets[index - 1]);
      const before = server.requests.length;
      const { stdout } = await run(process.execPath, [path], {
        cwd: here,
        env: {
          ...process.env,
          ELASTIC_APM_SERVER_URL: server.url,
          ELASTIC_APM_CLOUD_PROVIDER: "none",
          ELASTIC_APM_CENTRAL_CONFIG: "false",
        },
        timeout: 60_000,
      });
      const names = server.requests
        .slice(before)
        .flatMap(({ metricsets }) => metricsets.flatMap(({ samples }) => Object.keys(samples)));
      for (const wanted of expected) {
        if (typeof wanted === "string") expect(names).toContain(wanted);
        else expect(stdout).toMatch(wanted);
      }
    },
  );
});

it("the Prometheus page says that the set is beta, and what histograms need", () => {
  const text = readFileSync(new URL("../../docs/prometheus.md", import.meta.url), "utf8");
  expect(text).toMatch(/\*\*Beta\.\*\*.*may change/);
  expect(text).toContain("7.14 or newer");
});
