import { AGENT_HEALTH_METRICS } from "./agent-health.js";
import { CPU_METRICS } from "./cpu.js";
import { EVENT_LOOP_METRICS } from "./event-loop.js";
import type { MetricRow } from "./metric-row.js";
import { NODE_RUNTIME_METRICS } from "./node-runtime.js";

interface Section {
  readonly title: string;
  readonly text: string;
  readonly rows: readonly MetricRow[];
}

const SECTIONS: readonly Section[] = [
  {
    title: "CPU, memory, cgroup",
    text: "Class `CPUMetricSet`, id `elasticapm.metrics.sets.cpu.CPUMetricSet`. Registered by default, except in worker threads: its numbers are those of the whole process. All gauges. What cannot be read is left out, never sent as 0.",
    rows: CPU_METRICS,
  },
  {
    title: "Node.js",
    text: "Class `NodeRuntimeMetricSet`, id `nodejs`. Registered by default. All gauges.",
    rows: NODE_RUNTIME_METRICS,
  },
  {
    title: "Event loop and garbage collection",
    text: "Class `EventLoopMetricSet`, id `eventloop`. Registered together with `nodejs`; a set of its own, since these names are not on the list that APM Server files as internal metrics.",
    rows: EVENT_LOOP_METRICS,
  },
  {
    title: "Where the time of transactions goes",
    text: "Class `BreakdownMetricSet`, id `elasticapm.metrics.sets.breakdown.BreakdownMetricSet`; `breakdown_metrics=false` leaves it out. Timers that start over at each report. The labels are sent as the objects `transaction` and `span`.",
    rows: [
      {
        name: "span.self_time.sum.us",
        unit: "us",
        meaning:
          "Self time of the spans of this type in the transactions that ended since the last report; type `app` is the transactions' own.",
        source: "transactions and spans",
        labels: ["transaction.name", "transaction.type", "span.type", "span.subtype"],
      },
      {
        name: "span.self_time.count",
        unit: "count",
        meaning: "Number of these spans.",
        source: "transactions and spans",
        labels: ["transaction.name", "transaction.type", "span.type", "span.subtype"],
      },
    ],
  },
  {
    title: "Transactions",
    text: "Class `TransactionMetricSet`, id `transaction`; `transaction_metrics=false` leaves it out.",
    rows: [
      {
        name: "transaction.duration.us",
        unit: "us",
        meaning:
          "Histogram of the transactions that ended since the last report: throughput, error rate and percentiles. `event.outcome` is success, failure or unknown.",
        source: "transactions",
        labels: ["transaction.name", "transaction.type", "event.outcome"],
      },
    ],
  },
  {
    title: "The agent itself",
    text: "Class `AgentHealthMetricSet`, id `agent`; `agent_health_metrics=false` leaves it out. Counters hold what happened since the last report, and nothing is sent for a 0.",
    rows: AGENT_HEALTH_METRICS,
  },
];

const INTRODUCTION = `# Metric sets

<!-- Made from the sets by \`node docs/generate-metric-sets.mjs\`: change packages/agent/src/sets, not this page. -->

A metric set is collected every \`metrics_interval\` (30 s). These come with the agent; [your own](custom-metrics.md), [Prometheus](prometheus.md) and
[OpenTelemetry](opentelemetry.md) metrics go beside them. \`metrics_sets\` replaces the list of sets that are there by default; \`disable_metrics\` switches off
single metrics by name, with \`*\` as a wildcard. Percentages are fractions, 0 to 1.
`;

const UNITS: Readonly<Record<string, string>> = {
  percent: "fraction",
  byte: "bytes",
  us: "µs",
  ms: "ms",
  nanos: "ns",
  count: "number",
};

/** The page docs/metric-sets.md. */
export function metricSetReference(): string {
  return [INTRODUCTION, ...SECTIONS.map(section)].join("\n");
}

function section({ title, text, rows }: Section): string {
  const lines = rows.map(({ name, unit, meaning, source, labels }) => {
    const labelled = labels === undefined ? "" : ` Labels: ${labels.map((label) => `\`${label}\``).join(", ")}.`;
    return `| \`${name}\` | ${UNITS[unit]} | ${meaning}${labelled} | ${source} |`;
  });
  return `## ${title}\n\n${text}\n\n| name | unit | meaning | source |\n|---|---|---|---|\n${lines.join("\n")}\n`;
}
