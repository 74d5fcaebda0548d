import type { MetricSummary } from "@tidegauge/protocol/query";
import type { PanelLine, PanelSpec, Section } from "./spec.js";

/** More lines than this are not told apart. */
const MOST_GROUPS = 8;

/** Metrics that other pages and panels show in a better way. */
const ELSEWHERE = /^span\.self_time\.|^transaction\.duration\./;

/** Panels for metrics no other panel knows: a timer's two metrics make one, everything else one each. */
export function customPanels(metrics: readonly MetricSummary[]): PanelSpec[] {
  const byName = new Map(metrics.map((metric) => [metric.name, metric]));
  const panels: PanelSpec[] = [];
  for (const metric of [...metrics].sort((a, b) => a.name.localeCompare(b.name))) {
    if (ELSEWHERE.test(metric.name)) continue;
    const timer = timerName(metric.name);
    if (timer !== null && byName.has(`${timer}.count`)) {
      panels.push(timerPanel(timer, metric));
    } else {
      const isCountOfTimer = metric.name.endsWith(".count") && hasSum(byName, metric.name.slice(0, -".count".length));
      panels.push(ownPanel(metric, isCountOfTimer));
    }
  }
  return panels;
}

/** `x` for `x.sum`, `x.sum.us`, … (REG-33c); null for other names. */
export function timerName(name: string): string | null {
  return /^(.+)\.sum(?:\.(?:us|ms|s|ns))?$/.exec(name)?.[1] ?? null;
}

function hasSum(byName: ReadonlyMap<string, MetricSummary>, timer: string): boolean {
  return ["", ".us", ".ms", ".s", ".ns"].some((unit) => byName.has(`${timer}.sum${unit}`));
}

/** What the agent puts before metrics bridged from a Prometheus client unless configured otherwise. */
const PROMETHEUS_PREFIX = "prometheus.metrics.";

/** What Elastic's agents for Java, Go, .NET and Ruby put before what their runtime says. */
const OTHER_RUNTIMES = /^(jvm|golang|clr|ruby)\./;

function sectionOf(name: string): Section {
  if (name.startsWith("system.")) return "CPU and memory";
  if (name.startsWith("nodejs.")) return "Node.js runtime";
  if (OTHER_RUNTIMES.test(name)) return "Runtime";
  if (name.startsWith(PROMETHEUS_PREFIX)) return "Prometheus";
  return name.startsWith("agent.") ? "Agent" : "Custom metrics";
}

/** The unit at the end of a timer's sum; without one it counts seconds. */
function timerUnit(sumName: string): string {
  return /\.sum\.(us|ms|s|ns)$/.exec(sumName)?.[1] ?? "s";
}

function grouping(metric: MetricSummary): Pick<PanelLine, "groupBy" | "limit"> {
  return metric.labels.length > 0 && metric.series > 1 ? { groupBy: metric.labels, limit: MOST_GROUPS } : {};
}

function timerPanel(timer: string, sum: MetricSummary): PanelSpec {
  return {
    id: timer,
    title: `${timer}: mean duration`,
    section: sectionOf(timer),
    description: "Timer: the mean duration of what was timed.",
    unit: timerUnit(sum.name),
    lines: [
      {
        metric: sum.name,
        aggregation: "sum",
        label: "mean",
        combine: { how: "over", metric: `${timer}.count`, aggregation: "sum" },
        ...grouping(sum),
      },
    ],
  };
}

/** The panel of one metric by itself, under its full name and as few lines as tell its course. */
export function metricPanel(metric: MetricSummary): PanelSpec {
  const { lines, ...panel } = ownPanel({ ...metric, labels: [] }, false);
  return { ...panel, title: metric.name, lines };
}

function ownPanel(metric: MetricSummary, isCountOfTimer: boolean): PanelSpec {
  const name = metric.name.startsWith(PROMETHEUS_PREFIX) ? metric.name.slice(PROMETHEUS_PREFIX.length) : metric.name;
  const title = isCountOfTimer ? `${name.slice(0, -".count".length)}: rate` : name;
  const base = { id: metric.name, title, section: sectionOf(metric.name) };
  const groups = grouping(metric);
  const inferred = metric.inferred ? " (inferred from its values)" : "";
  if (metric.kind === "histogram") {
    return {
      ...base,
      description: `Histogram${inferred}: percentiles of what was recorded.`,
      lines: (["p50", "p95", "p99"] as const).map((aggregation) => ({
        metric: metric.name,
        aggregation,
        label: aggregation,
      })),
    };
  }
  if (metric.kind === "gauge") {
    return {
      ...base,
      description: `Gauge${inferred}: the mean over the processes.`,
      lines: [{ metric: metric.name, aggregation: "avg", label: "average", style: "area", ...groups }],
    };
  }
  return {
    ...base,
    description: isCountOfTimer ? "Timer: how often, a second." : `Counter${inferred}: its increase a second.`,
    unit: `${metric.unit ?? ""}/s`,
    stacked: groups.groupBy !== undefined,
    lines: [
      {
        metric: metric.name,
        aggregation: "rate",
        label: "rate",
        style: "area",
        ...groups,
        ...(metric.kind === "delta" ? { missing: "zero" as const } : {}),
      },
    ],
  };
}
