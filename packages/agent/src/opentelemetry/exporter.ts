import type { Client } from "../client.js";
import { getClient } from "../running.js";
import { Conversion } from "./conversion.js";
import {
  CUMULATIVE,
  DEFAULT_AGGREGATION,
  DELTA,
  DROP_AGGREGATION,
  EXPLICIT_BUCKET_HISTOGRAM_AGGREGATION,
  FAILED,
  type ResourceMetrics,
  SUCCESS,
} from "./metric-data.js";

/** For exporter, reader and span processor alike. */
export interface TidegaugeOptions {
  /** Default: the client that runs when it is needed. */
  readonly client?: Client | undefined;
}

const DELTA_INSTRUMENTS: ReadonlySet<string> = new Set([
  "COUNTER",
  "OBSERVABLE_COUNTER",
  "HISTOGRAM",
  "OBSERVABLE_GAUGE",
  "GAUGE",
]);
const CUMULATIVE_INSTRUMENTS: ReadonlySet<string> = new Set(["UP_DOWN_COUNTER", "OBSERVABLE_UP_DOWN_COUNTER"]);

/** What the SDK takes as an aggregation. */
export type AggregationChoice =
  | { readonly type: 0 | 1 }
  | { readonly type: 4; readonly options: { readonly boundaries: number[]; readonly recordMinMax: boolean } };

/**
 * A `PushMetricExporter` for the OpenTelemetry SDK: what the SDK collects goes out as metricsets of the client (OT-1). For a `PeriodicExportingMetricReader`; the
 * `TidegaugeMetricReader` needs none.
 */
export class TidegaugeMetricExporter {
  private readonly given: Client | undefined;
  private readonly conversion: Conversion;
  private stopped = false;

  constructor(options: TidegaugeOptions = {}) {
    this.given = options.client;
    this.conversion = new Conversion({
      logger: () => this.client.logger,
      isDisabled: (name) => this.client.metrics.isDisabled(name),
      exponentialHistograms: () => this.client.config.values.otelExponentialHistograms,
    });
  }

  private get client(): Client {
    return this.given ?? getClient();
  }

  /** Queues everything and calls back; never throws (OT-21). */
  export(metrics: ResourceMetrics, resultCallback: (result: { code: 0 | 1; error?: Error }) => void): void {
    let result: { code: 0 | 1; error?: Error } = { code: SUCCESS };
    try {
      if (this.stopped) throw new Error("the exporter is shut down");
      const { metrics: registry } = this.client;
      if (registry.isRecording) registry.send(this.conversion.metricsets(metrics));
    } catch (error) {
      result = { code: FAILED, error: error instanceof Error ? error : new Error(String(error)) };
    }
    resultCallback(result);
  }

  /** The client's transport flushes (OT-22); a flush that takes too long is logged, not thrown at the SDK. */
  async forceFlush(): Promise<void> {
    try {
      await this.client.flush();
    } catch (error) {
      this.client.logger.warn(`OpenTelemetry flush: ${String(error)}`);
    }
  }

  /** Stops taking metrics; what was exported before is flushed. */
  async shutdown(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    await this.forceFlush();
  }

  /** Histograms get the boundaries of `custom_metrics_histogram_boundaries` unless a view says otherwise (OT-5, OT-40, OT-41). */
  selectAggregation(instrumentType: string): AggregationChoice {
    if (instrumentType === "HISTOGRAM") {
      const boundaries = [...this.client.config.values.customMetricsHistogramBoundaries];
      return { type: EXPLICIT_BUCKET_HISTOGRAM_AGGREGATION, options: { boundaries, recordMinMax: false } };
    }
    if (DELTA_INSTRUMENTS.has(instrumentType) || CUMULATIVE_INSTRUMENTS.has(instrumentType))
      return { type: DEFAULT_AGGREGATION };
    this.client.logger.warn(`OpenTelemetry instrument type ${instrumentType} is not known and dropped`);
    return { type: DROP_AGGREGATION };
  }

  /** §5.2. */
  selectAggregationTemporality(instrumentType: string): 0 | 1 {
    return CUMULATIVE_INSTRUMENTS.has(instrumentType) ? CUMULATIVE : DELTA;
  }
}
