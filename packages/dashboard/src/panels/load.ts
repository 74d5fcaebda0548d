import type { QueryResponse, QuerySeries } from "@tidegauge/protocol/query";
import { type Query, runQuery } from "../api/query.js";
import type { ChartData, ChartSeries } from "../charts/data.js";
import { combine } from "./combine.js";
import { increases, MOST_NODES, NODE } from "./increases.js";
import type { PanelLine, PanelSpec } from "./spec.js";

/** What all queries of a page have in common. */
export interface Scope {
  service?: string | undefined;
  environment?: string | undefined;
  node?: string | undefined;
  from: string;
  to: string;
}

/** Runs a panel's queries and joins the answers. Errors: `ApiError`. */
export async function loadPanel(spec: PanelSpec, scope: Scope, signal?: AbortSignal): Promise<ChartData> {
  const answers = await Promise.all(
    spec.lines.map(async (line) => ({ line, answer: await loadLine(line, scope, signal) })),
  );
  return joinAnswers(answers, spec.unit);
}

async function loadLine(line: PanelLine, scope: Scope, signal: AbortSignal | undefined): Promise<QueryResponse> {
  const { combine: pair } = line;
  if (pair === undefined) return runQuery(toQuery(line, scope), signal);
  const byNode = pair.how === "increases" ? { groupBy: [NODE], limit: MOST_NODES } : {};
  const [first, second] = await Promise.all([
    runQuery(toQuery({ ...line, ...byNode }, scope), signal),
    runQuery(toQuery({ ...line, ...pair, ...byNode }, scope), signal),
  ]);
  if (pair.how === "increases") return increases(first, second, line.groupBy ? line.limit : 0);
  return combine(first, second, pair.how);
}

function toQuery(line: PanelLine, scope: Scope): Query {
  return {
    ...scope,
    metric: line.metric,
    aggregation: line.aggregation,
    ...(line.groupBy ? { groupBy: line.groupBy } : {}),
    ...(line.filters ? { filters: line.filters } : {}),
    ...(line.limit === undefined ? {} : { limit: line.limit }),
  };
}

/**
 * `GET 200` for `{ method: "GET", status: "200" }`; a group without the one label asked for is `(no label)`, without
 * all of several `(none)`; the one that takes the writes beyond the limit of series (REG-37) is named by that.
 */
export function groupLabel(labels: Record<string, string>): string {
  if (labels._other === "true") return "other";
  if (labels.overflow === "true") return "beyond the limit";
  const values = Object.values(labels).filter((value) => value !== "");
  if (values.length > 0) return values.join(" ");
  const [name, ...more] = Object.keys(labels);
  return name === undefined || more.length > 0 ? "(none)" : `(no ${name})`;
}

/** The sum of the rest, and what stands for many, come last. */
function isRest({ _other, overflow }: Record<string, string>): boolean {
  return _other === "true" || overflow === "true";
}

/** By name, whatever their size is now: a line keeps its colour and its place in the legend when the page moves on. */
function byGroup({ labels: a }: QuerySeries, { labels: b }: QuerySeries): number {
  return (
    Number(isRest(a)) - Number(isRest(b)) || groupLabel(a).localeCompare(groupLabel(b), undefined, { numeric: true })
  );
}

/** Puts the lines' answers on one time axis. */
export function joinAnswers(answers: readonly { line: PanelLine; answer: QueryResponse }[], unit?: string): ChartData {
  const times = [...new Set(answers.flatMap(({ answer }) => answer.series[0]?.points.map(([time]) => time) ?? []))];
  times.sort((a, b) => a - b);
  const series = answers.flatMap(({ line, answer }) =>
    (line.groupBy ? [...answer.series].sort(byGroup) : answer.series).map((one) => toSeries(line, answer, one, times)),
  );
  const first = answers[0]?.answer;
  return {
    times,
    fromMs: first?.from ?? 0,
    toMs: first?.to ?? 0,
    stepMs: first?.step ?? 1000,
    unit: unit ?? first?.unit ?? null,
    series,
  };
}

/** How much of the step that begins at `time` is over, in milliseconds: all of it, but of the last one. */
export function elapsedMs({ step, to }: Pick<QueryResponse, "step" | "to">, time: number): number {
  return Math.max(1, Math.min(step, to - time));
}

function toSeries(line: PanelLine, answer: QueryResponse, series: QuerySeries, times: readonly number[]): ChartSeries {
  const values = new Map(series.points);
  const factor = (line.scale ?? 1) / (line.perSecond ? answer.step / 1000 : 1);
  // The step under way holds only part of its events: drawn, it would look like a fall. In a long range it may be all
  // there is of something new; then a rate is taken over the part of the step that is over.
  const isOver = (time: number) => time + answer.step <= answer.to;
  const adds = ["rate", "sum", "count"].includes(line.aggregation) && !line.combine;
  const hidesLast = adds && series.points.some(([time, value]) => value !== null && isOver(time));
  const isRate = line.aggregation === "rate" || line.perSecond === true;
  const plotted = times.map((time) => {
    const value = values.get(time) ?? null;
    if (value === null || (hidesLast && !isOver(time))) return null;
    return value * factor * (adds && isRate ? answer.step / elapsedMs(answer, time) : 1);
  });
  const grouped = line.groupBy !== undefined;
  const rest = series.labels._other === "true" && !line.prefixed;
  const group = groupLabel(series.labels);
  return {
    id: grouped ? (rest ? "_other" : `${line.label}:${JSON.stringify(series.labels)}`) : line.label,
    label: grouped ? (line.prefixed ? `${line.label} ${group}` : group) : line.label,
    values: line.missing === "zero" ? fillZero(plotted, times, answer) : plotted,
    style: grouped && line.style === "area" ? "line" : (line.style ?? "line"),
    ...(line.startsHidden ? { startsHidden: true } : {}),
  };
}

/** Zero for every complete step after the first value that has none. */
function fillZero(values: (number | null)[], times: readonly number[], answer: QueryResponse): (number | null)[] {
  const first = values.findIndex((value) => value !== null);
  if (first < 0) return values;
  return values.map((value, index) => {
    const complete = (times[index] as number) + answer.step <= answer.to;
    return value === null && index > first && complete ? 0 : value;
  });
}
