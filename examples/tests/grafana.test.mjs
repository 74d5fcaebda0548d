// Grafana itself is not run: its data comes from a real Prometheus that scrapes a real server and application with the
// example's configuration, and each query of the dashboard must find something there.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../conformance/free-port.mjs";
import { Program } from "../../conformance/program.mjs";
import { Example } from "./example.mjs";
import { Server } from "./server.mjs";
import { compose, isMissing, prometheus, promtool, use } from "./tools.mjs";

const directory = fileURLToPath(new URL("../grafana/", import.meta.url));
const read = (file) => readFileSync(join(directory, file), "utf8");
const dashboard = JSON.parse(read("dashboards/tidegauge.json"));
const panels = dashboard.panels.filter(({ type }) => type !== "row");

describe("the files of grafana", () => {
  it.skipIf(isMissing(promtool))("have a scrape configuration that Prometheus takes", () => {
    expect(use(promtool, ["check", "config", join(directory, "prometheus.yml")])).toMatchObject({ status: 0 });
  });

  it.skipIf(isMissing(compose))("have a compose file that compose takes", () => {
    expect(use(compose, ["-f", join(directory, "compose.yaml"), "config", "--quiet"])).toEqual({
      status: 0,
      output: "",
    });
  });

  it("agree with each other about names and places", () => {
    const source = /uid: (\S+)/.exec(read("provisioning/datasources/prometheus.yml"))[1];
    const uids = panels.flatMap(({ datasource, targets }) => [
      datasource,
      ...targets.map((target) => target.datasource),
    ]);
    expect(new Set(uids.map(({ uid }) => uid))).toEqual(new Set([source]));
    const place = /path: (\S+)/.exec(read("provisioning/dashboards/tidegauge.yml"))[1];
    expect(read("compose.yaml")).toContain(`./dashboards:${place}:ro`);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const services = [...read("prometheus.yml").matchAll(/targets: \["(\w+):\d+"\]/g)].map(([, service]) => service);
    for (const service of services) expect(read("compose.yaml")).toMatch(new RegExp(`^ {2}${service}:$`, "m"));
  });
});

describe("what is scraped", () => {
  let server;
  let example;
  let application;
  let applicationUrl;

  beforeAll(async () => {
    server = await Server.start();
    example = new Example("grafana", { ELASTIC_APM_SERVER_URL: server.url, ELASTIC_APM_METRICS_INTERVAL: "1s" });
    await example.run("npm install");
    application = example.start("npm start");
    applicationUrl = await application.says(/^listening on (http\S+)$/m);
  });
  afterAll(async () => {
    await example?.remove();
    await server?.stop();
  });

  it.skipIf(isMissing(prometheus))("fills every panel, and counts as the README says", async () => {
    const data = mkdtempSync(join(tmpdir(), "tidegauge-prometheus-"));
    const port = await freePort();
    const host = (url) => url.replace("http://", "");
    const configuration = read("prometheus.yml")
      .replace("tidegauge:8200", host(server.url))
      .replace("app:3000", host(applicationUrl))
      .replace("scrape_interval: 10s", "scrape_interval: 1s");
    writeFileSync(join(data, "prometheus.yml"), configuration);
    const scraper = new Program(
      prometheus[0],
      [
        `--config.file=${join(data, "prometheus.yml")}`,
        `--storage.tsdb.path=${join(data, "tsdb")}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      {},
    );
    const query = async (expression) => {
      const parameters = new URLSearchParams({ query: expression.replaceAll("$__rate_interval", "30s") });
      const { data, error } = await (await fetch(`http://127.0.0.1:${port}/api/v1/query?${parameters}`)).json();
      if (error !== undefined) throw new Error(`${expression}: ${error}`);
      return data.result.filter(({ value }) => value[1] !== "NaN");
    };
    try {
      await scraper.says(/Server is ready/);
      await expect.poll(async () => (await query("up == 1")).length, { timeout: 20_000 }).toBe(2);
      await example.run("npm run load", { PORT: new URL(applicationUrl).port });
      for (const { title, targets } of panels) {
        for (const { expr } of targets) {
          await expect
            .poll(async () => (await query(expr)).length, { timeout: 20_000, message: `${title}: ${expr}` })
            .toBeGreaterThan(0);
        }
      }
      const counted = async () =>
        Object.fromEntries((await query("http_requests_total")).map(({ metric, value }) => [metric.status, value[1]]));
      await expect.poll(counted, { timeout: 20_000 }).toEqual({ 200: "60", 404: "20" });
    } finally {
      await scraper.stop();
      rmSync(data, { recursive: true, force: true });
    }
  });

  it.skipIf(isMissing(promtool))("is text as Prometheus reads it", async () => {
    for (const url of [applicationUrl, server.url]) {
      const { status, output } = use(promtool, ["check", "metrics"], {
        input: await (await fetch(`${url}/metrics`)).text(),
      });
      // 3: the names come from Elastic's agents and are not what Prometheus' authors would choose.
      expect([0, 3], output).toContain(status);
    }
  });

  it("is reported to the server as well", async () => {
    await application.stop();
    const requests = await server.numbers("grafana-example", "http.requests", { by: "status" });
    expect(requests).toEqual(prometheus === undefined ? {} : { 200: 60, 404: 20 });
  });
});
