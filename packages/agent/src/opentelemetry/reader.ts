import type { Client } from "../client.js";
import { LogThrottle } from "../logging/throttle.js";
import { getClient } from "../running.js";
import { type AggregationChoice, TidegaugeMetricExporter, type TidegaugeOptions } from "./exporter.js";
import { FAILED, type ResourceMetrics } from "./metric-data.js";

/** What the SDK hands a reader. */
interface MetricProducer {
  collect(options?: { timeoutMillis?: number }): Promise<{ resourceMetrics: ResourceMetrics; errors: unknown[] }>;
}

/** Series of one instrument that the SDK keeps apart (OT-24). */
const CARDINALITY_LIMIT = 2000;

/**
 * A reader for the SDK's `MeterProvider`: collects each `metrics_interval` and once more when provider or client stop. It is whole by itself, so that the SDK is the
 * application's and only the application's (OT-3). With `metrics_interval` 0 it does nothing (OT-1).
 */
export class TidegaugeMetricReader {
  private readonly exporter: TidegaugeMetricExporter;
  private readonly client: Client;
  private readonly intervalMs: number;
  private readonly leaveClient: () => void;
  private producer: MetricProducer | undefined = undefined;
  private timer: NodeJS.Timeout | undefined = undefined;
  private running: Promise<void> | undefined = undefined;
  private stopped = false;
  private readonly throttle = new LogThrottle(() => performance.now());

  constructor(options: TidegaugeOptions = {}) {
    this.client = options.client ?? getClient();
    this.exporter = new TidegaugeMetricExporter({ client: this.client });
    // Read once: the reader keeps its start-up decision (REG-86).
    this.intervalMs = this.client.config.values.metricsIntervalMs;
    this.leaveClient = this.client.accompany({ collect: (limitMs) => this.run(limitMs), stop: () => this.stop() });
  }

  /** Called by the `MeterProvider` the reader is given to. Throws when it already has one. */
  setMetricProducer(producer: MetricProducer): void {
    if (this.producer !== undefined) throw new Error("a TidegaugeMetricReader belongs to one MeterProvider");
    this.producer = producer;
    if (this.intervalMs <= 0 || this.stopped) return;
    this.timer = setInterval(() => void this.run(), this.intervalMs);
    this.timer.unref?.();
  }

  /** As the exporter. */
  selectAggregation(instrumentType: string): AggregationChoice {
    return this.exporter.selectAggregation(instrumentType);
  }

  /** As the exporter. */
  selectAggregationTemporality(instrumentType: string): 0 | 1 {
    return this.exporter.selectAggregationTemporality(instrumentType);
  }

  /** How many attribute sets the SDK keeps for an instrument. */
  selectCardinalityLimit(): number {
    return CARDINALITY_LIMIT;
  }

  /** The present state of the SDK, nothing sent: the SDK's own object, of the type its caller expects. */
  async collect<Result extends object>(options?: { timeoutMillis?: number }): Promise<Result> {
    if (this.producer === undefined) throw new Error("the reader has no MeterProvider yet: pass it in its `readers`");
    return (await this.producer.collect(options)) as Result;
  }

  /** Collects, sends, and has the client flush (OT-22). */
  async forceFlush(): Promise<void> {
    if (this.stopped) return;
    await this.run();
    await this.exporter.forceFlush();
  }

  /** Collects once more, stops, and has the client flush (OT-22). */
  async shutdown(): Promise<void> {
    if (this.stopped) return;
    await this.stop();
    await this.exporter.shutdown();
  }

  private async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    clearInterval(this.timer);
    this.leaveClient();
    await this.running;
    await this.run();
  }

  /** One collection; while one runs, that one. */
  private run(limitMs: number = this.intervalMs / 2): Promise<void> {
    this.running ??= this.collectAndSend(Math.min(limitMs, this.intervalMs / 2)).finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async collectAndSend(limitMs: number): Promise<void> {
    if (this.producer === undefined || this.intervalMs <= 0) return;
    try {
      const { resourceMetrics, errors } = await this.producer.collect({ timeoutMillis: limitMs });
      for (const error of errors) this.complain("warn", `OpenTelemetry collection: ${String(error)}`);
      this.exporter.export(resourceMetrics, (result) => {
        if (result.code === FAILED) this.complain("error", `OpenTelemetry export: ${String(result.error)}`);
      });
    } catch (error) {
      this.complain("error", `OpenTelemetry collection: ${String(error)}`);
    }
  }

  /** A callback that fails does so at each collection. */
  private complain(level: "warn" | "error", message: string): void {
    const held = this.throttle.admit(message);
    if (held !== undefined) this.client.logger[level](message + held);
  }
}
