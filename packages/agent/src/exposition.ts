import type { Counter } from "./instruments/counter.js";
import type { Gauge } from "./instruments/gauge.js";
import type { Histogram } from "./instruments/histogram.js";
import { COUNTER, GAUGE, HISTOGRAM } from "./instruments/kind.js";
import { DETACHED, type Series } from "./instruments/series.js";
import type { Timer } from "./instruments/timer.js";
import type { MetricSet } from "./metricset.js";

/** Text formats of `client.metrics.exposition()`. */
export type ExpositionFormat = "prometheus" | "openmetrics";

interface Family {
  readonly type: string;
  readonly help: string;
  readonly lines: string[];
}

/**
 * The present values of sets as text (API-27). What resets at each collection is shown as its total: the sets keep, from the first request on, what resets took away,
 * so a scraper never sees a counter fall.
 */
export class Exposition {
  private readonly openMetrics: boolean;
  private readonly families = new Map<string, Family>();

  constructor(format: ExpositionFormat) {
    this.openMetrics = format === "openmetrics";
  }

  add(set: MetricSet): void {
    for (const list of set.table.series) {
      for (const series of list) {
        if (series.state === DETACHED || series.isDisabled) continue;
        if (series.metric.of.kind === COUNTER) this.counter(series as Counter, set);
        else if (series.metric.of.kind === GAUGE) this.gauge(series as Gauge);
        else if (series.metric.of.kind === HISTOGRAM) this.histogram(series as Histogram, set);
        else this.timer(series as Timer, set);
      }
    }
  }

  private counter(counter: Counter, set: MetricSet): void {
    const past = set.totals.of(counter)?.[0] ?? 0;
    const name = metricName(counter.metric.of.name).replace(/_total$/, "");
    const total = (counter.parts[0] as number) + past;
    // A counter here may go down (REG-2); there it may not.
    if (total < 0) this.sample(name, "gauge", counter, name, "", total);
    else this.sample(name, "counter", counter, `${name}_total`, "", total);
  }

  private gauge(gauge: Gauge): void {
    const name = metricName(gauge.metric.of.name);
    if (gauge.val !== null) this.sample(name, "gauge", gauge, name, "", gauge.val);
  }

  private timer(timer: Timer, set: MetricSet): void {
    const name = metricName(
      timer.metric.unit === "" ? timer.metric.of.name : `${timer.metric.of.name}_${timer.metric.unit}`,
    );
    const [sum, count] = timer.parts as [number, number];
    const past = set.totals.of(timer) ?? [0, 0];
    this.sample(name, "summary", timer, `${name}_sum`, "", sum + (past[0] as number));
    this.sample(name, "summary", timer, `${name}_count`, "", count + (past[1] as number));
  }

  private histogram(histogram: Histogram, set: MetricSet): void {
    const name = metricName(histogram.metric.of.name);
    const past = set.totals.of(histogram) ?? [];
    let cumulative = 0;
    let sum = 0;
    histogram.parts.forEach((count, index) => {
      const all = count + (past[index] ?? 0);
      cumulative += all;
      sum += all * (histogram.metric.values[index] ?? 0);
      const bound = histogram.buckets[index] as number;
      const le = bound === Number.POSITIVE_INFINITY ? "+Inf" : String(bound);
      this.sample(name, "histogram", histogram, `${name}_bucket`, `le="${le}"`, cumulative);
    });
    // The sum of observations is not kept; that of their buckets' values stands for it. Negative sums are not allowed beside negative buckets.
    this.sample(name, "histogram", histogram, `${name}_sum`, "", sum);
    this.sample(name, "histogram", histogram, `${name}_count`, "", cumulative);
  }

  private sample(family: string, type: string, series: Series, name: string, extra: string, value: number): void {
    if (!Number.isFinite(value)) return;
    let of = this.families.get(family);
    if (of === undefined) {
      of = { type, help: series.metric.description, lines: [] };
      this.families.set(family, of);
    }
    // Two kinds under one name cannot be told apart in text: the first one has it.
    if (of.type !== type) return;
    // A name twice makes Prometheus refuse the whole scrape: of keys that are spelled alike here the first one counts, and `le` is the bucket's.
    const labels = new Map<string, string>();
    if (extra !== "") labels.set("le", extra);
    series.labels.values().forEach((text, index) => {
      const key = labelName(series.labels.keys[index] as string);
      if (!labels.has(key)) labels.set(key, `${key}="${escapeLabel(text)}"`);
    });
    of.lines.push(`${name}${labels.size === 0 ? "" : `{${[...labels.values()].join(",")}}`} ${value}`);
  }

  /** OpenMetrics escapes quotes in help as well. */
  private help(text: string): string {
    const plain = text.replace(/\\/g, "\\\\").replace(/\n/g, "\\n");
    return this.openMetrics ? plain.replace(/"/g, '\\"') : plain;
  }

  text(): string {
    let text = "";
    for (const [name, family] of this.families) {
      // The older format calls a counter by the name of its samples.
      const shown = family.type === "counter" && !this.openMetrics ? `${name}_total` : name;
      if (family.help !== "") text += `# HELP ${shown} ${this.help(family.help)}\n`;
      text += `# TYPE ${shown} ${family.type}\n${[...new Set(family.lines)].join("\n")}\n`;
    }
    return this.openMetrics ? `${text}# EOF\n` : text;
  }
}

function metricName(name: string): string {
  const clean = name.replace(/[^a-zA-Z0-9_:]/g, "_");
  return /^[a-zA-Z_:]/.test(clean) ? clean : `_${clean}`;
}

function labelName(name: string): string {
  const clean = name.replace(/[^a-zA-Z0-9_]/g, "_");
  // A leading double underscore is kept for the scraper's own labels.
  return (/^[a-zA-Z_]/.test(clean) ? clean : `_${clean}`).replace(/^__+/, "_");
}

function escapeLabel(text: string): string {
  return text.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
}
