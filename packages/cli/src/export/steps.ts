import type { Aggregation, MetricSummary } from "@tidegauge/protocol/query";
import type { Connection } from "../api/connection.js";
import { QueryApi } from "../api/query-api.js";
import { UsageError } from "../failure.js";
import { Progress } from "../text/progress.js";
import { parseDurationMs, parseTimeMs } from "../text/time.js";
import { checkKnown } from "./known-service.js";
import { writeOutput } from "./output.js";
import { type ExportFormat, type ExportRow, HEADINGS, writeRow } from "./row.js";

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

/** The times of an export and how far apart its rows are, epoch milliseconds and milliseconds. */
interface Window {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

/** Writes a row for each series and step of a service's metrics. */
export async function exportSteps(flags: StepFlags): Promise<void> {
  const window = readWindow(flags, Date.now());
  const api = new QueryApi(flags);
  const metrics = await wantedMetrics(api, flags);
  const progress = new Progress();
  let rows = 0;
  async function* lines(): AsyncGenerator<string> {
    if (flags.format === "csv") yield `${HEADINGS.join(",")}\n`;
    for (const [done, metric] of metrics.entries()) {
      for await (const row of rowsOf(api, metric, flags.service, window)) {
        progress.show(`${done + 1}/${metrics.length} ${metric.name}, ${rows} rows`);
        rows++;
        yield writeRow(row, flags.format);
      }
    }
  }
  try {
    await writeOutput(lines(), flags.output);
  } finally {
    progress.clear();
  }
  process.stderr.write(`exported ${rows} rows of ${metrics.length} metrics\n`);
}

function readWindow({ from = "now-1h", to = "now", step = "10s" }: StepFlags, nowMs: number): Window {
  const window = { fromMs: parseTimeMs(from, nowMs), toMs: parseTimeMs(to, nowMs), stepMs: parseDurationMs(step) };
  if (window.fromMs >= window.toMs) throw new UsageError(`--from ${from} does not come before --to ${to}`);
  return window;
}

async function wantedMetrics(api: QueryApi, { service, metric: names }: StepFlags): Promise<MetricSummary[]> {
  await checkKnown(api, service);
  const { metrics } = await api.metrics(service);
  const unknown = names.filter((name) => !metrics.some((metric) => metric.name === name));
  if (unknown.length > 0) throw new UsageError(`service ${service} has no metric ${unknown.join(", ")}`);
  return names.length === 0 ? metrics : metrics.filter((metric) => names.includes(metric.name));
}

/**
 * The windows that are asked for one after the other, `[from, to]`. They meet where a step begins: the server answers for
 * whole steps, and one that two windows share would be there twice.
 */
export function windowsOf(fromMs: number, toMs: number, stepMs: number): [number, number][] {
  const windows: [number, number][] = [];
  for (let beginMs = fromMs; beginMs < toMs; ) {
    const endMs = Math.min(toMs, (Math.floor(beginMs / stepMs) + POINTS_A_WINDOW) * stepMs);
    windows.push([beginMs, endMs]);
    beginMs = endMs;
  }
  return windows;
}

async function* rowsOf(
  api: QueryApi,
  metric: MetricSummary,
  service: string,
  { fromMs, toMs, stepMs }: Window,
): AsyncGenerator<ExportRow> {
  const aggregations = metric.kind === "histogram" ? HISTOGRAM_AGGREGATIONS : (["last"] as const);
  for (const [beginMs, endMs] of windowsOf(fromMs, toMs, stepMs)) {
    for (const aggregation of aggregations) {
      const { series } = await api.query({
        metric: metric.name,
        service,
        from: String(beginMs),
        to: String(endMs),
        step: `${stepMs / 1000}s`,
        aggregation,
        groupBy: [NODE, ...metric.labels],
      });
      for (const { labels, points } of series) {
        const { [NODE]: node = "", ...own } = labels;
        const fixed = { metric: metric.name, aggregation, service, node, labels: own };
        for (const [timestampMs, value] of points) if (value !== null) yield { timestampMs, ...fixed, value };
      }
    }
  }
}
