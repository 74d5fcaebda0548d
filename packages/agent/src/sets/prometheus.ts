import type { Counter } from "../instruments/counter.js";
import { COUNTER, GAUGE, type Kind } from "../instruments/kind.js";
import type { Series } from "../instruments/series.js";
import { MetricSet } from "../metricset.js";
import type { MetricsRegistry } from "../registry.js";
import type { PrometheusFamily, PrometheusRegistry } from "./prometheus/registry-source.js";

// Loaded with the first set of this class: few programs have one, and everybody imports the class.
const source = (): typeof import("./prometheus/registry-source.js") => require("./prometheus/registry-source.js");
const groups = (): typeof import("./prometheus/bucket-group.js") => require("./prometheus/bucket-group.js");

/** What the set is told by the client. */
export interface PrometheusOptions {
  /** Asked at each collection (PROM-4). */
  readonly prefix?: () => string;
  /** The registries to read; default: those of the client libraries the application has (PROM-40). */
  readonly registries?: PrometheusRegistry | readonly PrometheusRegistry[];
}

/** The prefix of a name that was not configured (PROM-4). */
const DEFAULT_PREFIX = "prometheus.metrics.";

/**
 * Mirrors the registries of prom-client 15 and `@prometheus-io/client` (prometheus.md): cumulative values, assigned at each collection. Beta, as in the original: the
 * format may change (PROM-0).
 */
export class PrometheusMetrics extends MetricSet {
  private readonly sources: readonly PrometheusRegistry[];
  private readonly prefix: () => string;
  /** The series of the last collections; what a reading does not hold any more is taken out (PROM-11). */
  private mirrored = new Set<Series>();

  constructor(registry: MetricsRegistry, options: PrometheusOptions = registry.prometheus) {
    super(registry);
    this.prefix = options.prefix ?? (() => DEFAULT_PREFIX);
    const { defaultRegistries, isRegistry } = source();
    const given = options.registries;
    this.sources =
      given === undefined ? defaultRegistries() : Array.isArray(given) ? given : [given as PrometheusRegistry];
    if (!this.sources.every(isRegistry)) throw new TypeError("prometheusRegistry must have a method getMetricsAsJSON");
  }

  override async beforeCollect(): Promise<void> {
    // Everything is read before anything is written: a registry that fails leaves no half of a report (PROM-47).
    const readings: PrometheusFamily[][] = [];
    for (const source of this.sources) readings.push((await source.getMetricsAsJSON()) as PrometheusFamily[]);
    const prefix = this.prefix();
    const seen = new Set<Series>();
    for (const family of readings.flat()) this.mirror(family, prefix, seen);
    for (const series of this.mirrored) if (!seen.has(series)) this.table.remove(series);
    this.mirrored = seen;
  }

  private mirror(family: PrometheusFamily, prefix: string, seen: Set<Series>): void {
    const { bucketCounts, groupValues, labelsWithout } = groups();
    switch (family.type) {
      case "counter": {
        // The client cuts the suffix itself once it has written OpenMetrics: with and without it are one name (PROM-44).
        const name = prefix + family.name.replace(/_total$/, "");
        for (const value of family.values) {
          if (value.metricName?.endsWith("_created") === true) continue;
          this.assign(COUNTER, name, labelsWithout(value, ""), value.value, seen);
        }
        return;
      }
      case "gauge":
        for (const value of family.values)
          this.assign(GAUGE, prefix + family.name, labelsWithout(value, ""), value.value, seen);
        return;
      case "summary":
        for (const { labels, sum, count } of groupValues(family.name, family.values, "quantile")) {
          if (!Number.isFinite(sum) || !Number.isSafeInteger(count)) continue;
          const timer = this.timer(prefix + family.name, labels);
          timer.val = [sum as number, count as number];
          this.keep(timer, seen);
        }
        return;
      case "histogram":
        for (const group of groupValues(family.name, family.values, "le")) {
          const { bounds, counts } = bucketCounts(group);
          let histogram = this.histogram(prefix + family.name, group.labels, { buckets: bounds });
          if (histogram.metric.of.table === this.table && !same(histogram.buckets, bounds)) {
            // The registry was cleared and made anew (PROM-33).
            this.table.remove(histogram);
            histogram = this.histogram(prefix + family.name, group.labels, { buckets: bounds });
          }
          histogram.val = counts;
          this.keep(histogram, seen);
        }
        return;
      default:
        // Other types of the exposition formats have no counterpart (§4.2).
        return;
    }
  }

  private assign(kind: Kind, name: string, labels: Record<string, string>, value: number, seen: Set<Series>): void {
    if (!Number.isFinite(value)) return;
    const instrument = (kind === COUNTER ? this.counter(name, labels) : this.gauge(name, labels)) as Counter;
    instrument.val = value;
    this.keep(instrument, seen);
  }

  private keep(series: Series, seen: Set<Series>): void {
    if (series.metric.of.table === this.table) seen.add(series); // not the no-op of a refused one
  }

  /** Totals that somebody else keeps are left out past the limit, not added up (PROM-8). */
  protected override overflowLabels(): undefined {
    return undefined;
  }
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((bound, index) => bound === b[index]);
}
