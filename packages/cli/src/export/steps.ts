import type { Aggregation, MetricKind, MetricSummary } from "@tidegauge/protocol/query";
import type { Connection } from "../api/connection.js";
import { QueryApi } from "../api/query-api.js";
import { UsageError } from "../failure.js";
import { Progress } from "../text/progress.js";
import { parseDurationMs, parseTimeMs } from "../text/time.js";
import { checkKnown } from "./known-service.js";
import { writeOutput } from "./output.js";
import { type ExportFormat, type ExportRow, HEADINGS, writeRow } from "./row.js";
import { NODE, SeriesReader } from "./series.js";

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

/**
 * What stands for a step, so that the steps add up to what was recorded: increases are counted, and what is a state at one moment is averaged, over its
 * samples and over the processes of a node. Of a histogram a bucket has no place in a row; its mean is `sum` ÷ `count`.
 */
const AGGREGATIONS: Readonly<Record<MetricKind, readonly Aggregation[]>> = {
  gauge: ["avg"],
  delta: ["sum"],
  cumulative: ["sum"],
  histogram: ["count", "sum", "p50", "p95", "p99"],
};
/** By these series of breakdown metrics are told apart beside their labels (QRY-40); of others they are empty. */
const BREAKDOWN = ["transaction.name", "transaction.type", "span.type", "span.subtype"] as const;
/** The server answers at most 11,000 points a series; a long export asks for one window after the other. */
const MAX_POINTS = 10_000;
/** Points of all series in one answer: it is held in memory as a whole, here and there. */
const MAX_ANSWER = 1_000_000;
/** Series in one answer, at most. */
const MAX_SERIES = 1_000;

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
 * The windows that are asked for one after the other, `[from, to]`, of `points` steps at most. They meet where a step begins: the server answers for
 * whole steps, and one that two windows share would be there twice.
 */
export function windowsOf(
  fromMs: number,
  toMs: number,
  stepMs: number,
  points: number = MAX_POINTS,
): [number, number][] {
  const windows: [number, number][] = [];
  for (let beginMs = fromMs; beginMs < toMs; ) {
    const endMs = Math.min(toMs, (Math.floor(beginMs / stepMs) + points) * stepMs);
    windows.push([beginMs, endMs]);
    beginMs = endMs;
  }
  return windows;
}

async function* rowsOf(
  api: QueryApi,
  { name: metric, kind, labels: labelKeys, series }: MetricSummary,
  service: string,
  { fromMs, toMs, stepMs }: Window,
): AsyncGenerator<ExportRow> {
  // Transaction metrics carry two of these as labels.
  const breakdown = BREAKDOWN.filter((key) => !labelKeys.includes(key.replace(".", "_")));
  const keys = [NODE, ...labelKeys, ...breakdown];
  const points = Math.min(MAX_POINTS, Math.ceil(MAX_ANSWER / Math.min(MAX_SERIES, series)));
  for (const [beginMs, endMs] of windowsOf(fromMs, toMs, stepMs, points)) {
    const reader = new SeriesReader(api, { metric, service, fromMs: beginMs, toMs: endMs, stepMs, keys });
    for await (const { aggregation, labels, points: values } of reader.read(AGGREGATIONS[kind])) {
      for (const key of breakdown) if (labels[key] === "") delete labels[key];
      const { [NODE]: node = "", ...own } = labels;
      for (const [timestampMs, value] of values) {
        if (value !== null) yield { timestampMs, metric, aggregation, service, node, labels: own, value };
      }
    }
  }
}
