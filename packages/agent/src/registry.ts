import type { Metricset } from "@tidegauge/protocol";
import { Collector } from "./collector.js";
import { type Matcher, matchesAny } from "./config/matcher.js";
import { AgentError, MetricSetNotFound } from "./errors.js";
import type { ExpositionFormat } from "./exposition.js";
import type { Logger } from "./logging/index.js";
import type { MetricSet } from "./metricset.js";
import type { MetricSetClass, RegistryOptions } from "./registry-options.js";
import { ReportClock } from "./report-clock.js";
import type { PrometheusOptions } from "./sets/prometheus.js";
import type { Transport } from "./transport/transport.js";

export type { MetricSetClass, RegistryOptions } from "./registry-options.js";

/** Longest `beforeCollect`; a set that takes longer is left out of the round. */
const BEFORE_COLLECT_LIMIT_MS = 10_000;

/** Owns the metric sets of a client and collects them in the order of registration (REG-60…REG-71). */
export class MetricsRegistry {
  readonly logger: Logger;
  readonly transport: Transport;
  readonly seriesLimit: number;
  readonly seriesExpiry: number;
  readonly beforeCollectLimitMs: number;
  readonly disableSend: boolean;
  readonly prometheus: PrometheusOptions;
  private readonly recording: () => boolean;
  private readonly builtIns: ReadonlyMap<string, MetricSetClass>;
  private readonly sets = new Map<MetricSetClass | string, MetricSet>();
  private readonly ids = new Map<MetricSet, string>();
  /** The order in which sets were asked for; an import string keeps its place while it is loaded (REG-66). */
  private readonly ranks = new Map<MetricSet, number>();
  private asked = 0;
  private readonly loading = new Map<string, Promise<MetricSet | undefined>>();
  private readonly collector: Collector;
  private readonly clock: ReportClock;
  private patterns: readonly Matcher[];

  constructor(options: RegistryOptions) {
    this.transport = options.transport;
    this.logger = options.logger;
    this.seriesLimit = options.seriesLimit ?? 1000;
    this.seriesExpiry = options.seriesExpiry ?? 10;
    this.beforeCollectLimitMs = options.beforeCollectLimitMs ?? BEFORE_COLLECT_LIMIT_MS;
    this.disableSend = options.disableSend ?? false;
    this.prometheus = options.prometheus ?? {};
    this.recording = options.isRecording ?? (() => true);
    this.builtIns = options.builtIns ?? new Map();
    this.patterns = options.disableMetrics ?? [];
    this.collector = new Collector(this, options.intervalMs ?? 30_000);
    this.clock = new ReportClock((message) => this.logger.warn(message));
  }

  /** Seconds between two collections; 0 without a timer. */
  get collectInterval(): number {
    return this.collector.intervalMs / 1000;
  }

  /** The patterns of `disable_metrics`. */
  get ignorePatterns(): readonly Matcher[] {
    return this.patterns;
  }

  /** False while the `recording` option is off: nothing is collected then. */
  get isRecording(): boolean {
    return this.recording();
  }

  /** Whether `disable_metrics` names this metric (REG-30). */
  isDisabled(name: string): boolean {
    return this.patterns.length > 0 && matchesAny(this.patterns, name);
  }

  /** The registered sets, each once, in the order of registration. */
  metricSets(): MetricSet[] {
    return [...this.ranks].sort((a, b) => a[1] - b[1]).map(([set]) => set);
  }

  /** The string a built-in or configured set goes by; else undefined. */
  idOf(set: MetricSet): string | undefined {
    return this.ids.get(set);
  }

  /** Time of a report in whole microseconds since the epoch (REG-42). */
  nowUs(): number {
    return this.clock.nowUs();
  }

  /**
   * Registers a class, once (REG-60, REG-62): what is none, and its constructor's error, becomes an `AgentError` METRIC_SET_FAILED. Or an import string `module#Export` (REG-63):
   * one that cannot be loaded is a warning and gives undefined.
   */
  register<S extends MetricSet>(set: MetricSetClass<S>): S;
  register(importString: string): Promise<MetricSet | undefined>;
  register(set: MetricSetClass | string): MetricSet | Promise<MetricSet | undefined> {
    if (typeof set === "string") return this.load(set);
    if (typeof set !== "function") {
      throw new AgentError(
        "METRIC_SET_FAILED",
        `${nameOf(set)} is no metric set: register a class that extends MetricSet, or an import string. Within a circle of imports a class may still be undefined.`,
      );
    }
    const known = this.sets.get(set);
    if (known !== undefined) return known;
    let made: MetricSet;
    try {
      made = new set(this);
    } catch (error) {
      throw new AgentError(
        "METRIC_SET_FAILED",
        `metric set ${nameOf(set)} could not be made: ${reasonOf(error)}. Its constructor must not throw.`,
        {
          cause: error,
        },
      );
    }
    return this.keep(set, made, this.asked++);
  }

  /** Registers a set that was made elsewhere, e.g. with arguments of its own, under its class. */
  adopt<S extends MetricSet>(set: S): S {
    const known = this.sets.get(set.constructor as MetricSetClass);
    return (known ?? this.keep(set.constructor as MetricSetClass, set, this.asked++)) as S;
  }

  /** The registered set of this class or import string; throws {@link MetricSetNotFound} (REG-65). */
  getMetricSet<S extends MetricSet>(set: MetricSetClass<S>): S;
  getMetricSet(importString: string): MetricSet;
  getMetricSet(set: MetricSetClass | string): MetricSet {
    const found = this.sets.get(typeof set === "string" ? (this.builtIns.get(set) ?? set) : set) ?? this.sets.get(set);
    if (found === undefined) throw new MetricSetNotFound(typeof set === "string" ? set : nameOf(set));
    return found;
  }

  private keep(key: MetricSetClass, set: MetricSet, rank: number): MetricSet {
    this.sets.set(key, set);
    this.ranks.set(set, rank);
    // Short names come last in the table and are the ones to show.
    for (const [id, builtIn] of this.builtIns) if (builtIn === key) this.ids.set(set, id);
    return set;
  }

  private load(importString: string): Promise<MetricSet | undefined> {
    const known = this.sets.get(importString);
    if (known !== undefined) return Promise.resolve(known);
    let loading = this.loading.get(importString);
    if (loading === undefined) {
      loading = this.loadNow(importString).finally(() => this.loading.delete(importString));
      this.loading.set(importString, loading);
    }
    return loading;
  }

  private async loadNow(importString: string): Promise<MetricSet | undefined> {
    const rank = this.asked++;
    try {
      const builtIn = this.builtIns.get(importString);
      const set =
        builtIn ??
        (await (require("./import-string.js") as typeof import("./import-string.js")).loadExport(importString));
      if (typeof set !== "function") throw new TypeError("it is not a class");
      const known = this.sets.has(set as MetricSetClass);
      const made = this.register(set as MetricSetClass);
      if (!known) this.ranks.set(made, rank);
      if (builtIn === undefined) {
        this.sets.set(importString, made);
        if (!this.ids.has(made)) this.ids.set(made, importString);
      }
      return made;
    } catch (error) {
      const cause = error instanceof AgentError && error.cause !== undefined ? error.cause : error;
      this.logger.warn(`could not register ${importString} metricset: ${reasonOf(cause)}`);
      return undefined;
    }
  }

  /** Resolves when every import string asked for so far is loaded or refused. */
  async loaded(): Promise<void> {
    while (this.loading.size > 0) await Promise.all(this.loading.values());
  }

  /** Collects every set now (REG-67). Called while a collection runs, it waits for that one and then runs once. Never rejects. */
  collect(): Promise<void> {
    return this.collector.collect();
  }

  /** Collects, without waiting for anything, the sets whose `beforeCollect` is not overridden: for the last moments of a process (W-92). */
  collectSync(): void {
    this.collector.collectSync();
  }

  /**
   * The present values of all sets as text, for a scraper (API-27): Prometheus' format or OpenMetrics. Nothing is sent or
   * reset; without a timer sets read anew what they read at collection. What resets at each collection is shown as its total since the first call.
   */
  async exposition(format: ExpositionFormat = "prometheus"): Promise<string> {
    await this.loaded();
    const { Exposition } = require("./exposition.js") as typeof import("./exposition.js");
    const exposition = new Exposition(format);
    for (const set of this.metricSets()) {
      set.totals.enable();
      await this.collector.refresh(set);
      exposition.add(set);
    }
    return exposition.text();
  }

  /** Queues metricsets that come from elsewhere (OT-13). */
  send(metricsets: readonly Metricset[]): void {
    this.collector.queue(metricsets);
  }

  /** Starts the timer: the first collection is one interval away (REG-82). */
  start(): void {
    this.collector.start();
  }

  /** Stops the timer and collects once more, if it was running (REG-87). */
  stop(): Promise<void> {
    return this.collector.stop();
  }

  /** Has every set let go of what it holds. */
  close(): void {
    for (const set of this.metricSets()) {
      try {
        set.close();
      } catch (error) {
        this.logger.error(`metric set ${set.id} could not be closed: ${reasonOf(error)}`);
      }
    }
  }

  /** Applies a changed `metrics_interval` at once (REG-86). */
  setInterval(intervalMs: number): void {
    this.collector.setInterval(intervalMs);
  }

  /** Applies a changed `disable_metrics` at once to what exists (REG-32, REG-86). */
  setDisableMetrics(patterns: readonly Matcher[]): void {
    this.patterns = patterns;
    for (const set of this.metricSets()) set.table.retest();
  }
}

function nameOf(set: MetricSetClass | null | undefined): string {
  if (typeof set !== "function") return set === null ? "null" : `a value of type ${typeof set}`;
  return set.name === "" ? "(unnamed)" : set.name;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
