import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { Aggregation, MetricSummary } from "@tidegauge/protocol/query";
import type { Connection } from "../api/connection.js";
import { QueryApi } from "../api/query-api.js";
import { UsageError } from "../failure.js";
import { type ExportFormat, type ExportRow, HEADINGS, writeRow } from "../text/export-row.js";
import { parseDurationMs, parseTimeMs } from "../text/time.js";

/** What of a service is exported, a value a step. */
export interface StepFlags extends Connection {
  readonly service: string;
  readonly metric: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly step?: string;
  readonly format: ExportFormat;
  readonly output?: string;
}

/** The server answers at most 11,000 points a series; a long export asks for one window after the other. */
const POINTS_A_WINDOW = 10_000;
/** What of a histogram is exported, since a bucket has no place in a row. */
const HISTOGRAM_AGGREGATIONS: readonly Aggregation[] = ["count", "avg", "p50", "p95", "p99"];
const NODE = "service.node.name";

/** Writes a row for each series and step of a service's metrics. */
export async function exportSteps(flags: StepFlags): Promise<void> {
  const api = new QueryApi(flags);
  const metrics = await wantedMetrics(api, flags);
  const out = flags.output === undefined ? process.stdout : createWriteStream(flags.output);
  const progress = new Progress(metrics.length);
  if (flags.format === "csv") out.write(`${HEADINGS.join(",")}\n`);
  for (const metric of metrics) {
    progress.next(metric.name);
    for await (const row of rowsOf(api, metric, flags)) {
      if (!out.write(writeRow(row, flags.format))) await once(out, "drain");
      progress.rows++;
    }
  }
  if (out !== process.stdout) await finished(out.end());
  progress.end();
}

async function wantedMetrics(api: QueryApi, { service, metric: names }: StepFlags): Promise<MetricSummary[]> {
  const { metrics } = await api.metrics(service);
  const unknown = names.filter((name) => !metrics.some((metric) => metric.name === name));
  if (unknown.length > 0) throw new UsageError(`service ${service} has no metric ${unknown.join(", ")}`);
  return names.length === 0 ? metrics : metrics.filter((metric) => names.includes(metric.name));
}

async function* rowsOf(api: QueryApi, metric: MetricSummary, flags: StepFlags): AsyncGenerator<ExportRow> {
  const nowMs = Date.now();
  const { step = "10s", from = "now-1h", to = "now" } = flags;
  const stepMs = parseDurationMs(step);
  const toMs = parseTimeMs(to, nowMs);
  const aggregations = metric.kind === "histogram" ? HISTOGRAM_AGGREGATIONS : (["last"] as const);
  for (let fromMs = parseTimeMs(from, nowMs); fromMs < toMs; fromMs += POINTS_A_WINDOW * stepMs) {
    for (const aggregation of aggregations) {
      const { series } = await api.query({
        metric: metric.name,
        service: flags.service,
        from: String(fromMs),
        to: String(Math.min(toMs, fromMs + POINTS_A_WINDOW * stepMs)),
        step,
        aggregation,
        groupBy: [NODE, ...metric.labels],
      });
      for (const { labels, points } of series) {
        const { [NODE]: node = "", ...own } = labels;
        const fixed = { metric: metric.name, aggregation, service: flags.service, node, labels: own };
        for (const [timestampMs, value] of points) if (value !== null) yield { timestampMs, ...fixed, value };
      }
    }
  }
}

/** What has been done, on standard error: rewritten in place on a terminal, else one line at the end. */
class Progress {
  rows = 0;
  readonly #total: number;
  #done = 0;

  constructor(total: number) {
    this.#total = total;
  }

  next(name: string): void {
    this.#done++;
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${this.#done}/${this.#total} ${name}`);
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
    process.stderr.write(`exported ${this.rows} rows of ${this.#total} metrics\n`);
  }
}
