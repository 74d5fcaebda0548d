import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { Program } from "../../conformance/program.mjs";

/** `tidegauge serve` with data of its own, asked by its query API. */
export class Server {
  /** @returns {Promise<Server>} */
  static async start() {
    const server = new Server();
    server.directory = mkdtempSync(join(tmpdir(), "tidegauge-examples-data-"));
    const args = ["serve", "--port", "0", "--data-dir", server.directory, "--log-level", "warn"];
    server.program = new Program(inject("tidegauge"), args, {});
    server.url = await server.program.says(/^listening on (http\S+)$/m);
    return server;
  }

  async stop() {
    await this.program.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** @param {string} path @returns {Promise<any>} */
  async get(path, parameters = {}) {
    const response = await fetch(`${this.url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const body = await response.json();
    if (!response.ok) throw new Error(`${path} ${JSON.stringify(parameters)}: ${JSON.stringify(body)}`);
    return body;
  }

  /**
   * All points of a metric of the last quarter of an hour, reduced to one number a group.
   *
   * @param {string} service
   * @param {string} metric
   * @param {{ aggregation?: string, by?: string, filter?: string }} [options] `sum` and the whole service by default
   * @returns {Promise<Record<string, number>>} by the values of the labels in `by`, joined by a blank; `total` without it
   */
  async numbers(service, metric, { aggregation = "sum", by, filter } = {}) {
    const parameters = { service, metric, aggregation, from: "now-15m", to: "now", step: "10s" };
    if (by !== undefined) parameters.group_by = by;
    if (filter !== undefined) parameters.filter = filter;
    const { series } = await this.get("query", parameters);
    const entries = series.map(({ labels, points }) => {
      const key =
        by === undefined
          ? "total"
          : by
              .split(",")
              .map((name) => labels[name])
              .join(" ");
      const values = points.map(([, value]) => value).filter((value) => value !== null);
      if (aggregation === "max") return [key, Math.max(...values)];
      const isAdded = aggregation === "sum" || aggregation === "count";
      return [key, isAdded ? values.reduce((sum, value) => sum + value, 0) : values.at(-1)];
    });
    return Object.fromEntries(entries);
  }

  /** @param {string} service @returns {Promise<string[]>} the names of its metrics */
  async metricNames(service) {
    const { metrics } = await this.get("metrics", { service });
    return metrics.map(({ name }) => name);
  }

  /** How often each transaction happened and how many spans of each type it had, `{ "GET /": { count: 1, "db/postgresql": 1 } }`. */
  async transactions(service) {
    const { transactions } = await this.get("breakdown", { service, from: "now-15m", to: "now" });
    return Object.fromEntries(
      transactions.map(({ name, count, spans }) => [
        name,
        {
          count,
          ...Object.fromEntries(
            spans.map(({ type, subtype, count }) => [subtype ? `${type}/${subtype}` : type, count]),
          ),
        },
      ]),
    );
  }
}
