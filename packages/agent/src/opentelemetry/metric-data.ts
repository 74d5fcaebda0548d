/**
 * The parts of the OpenTelemetry SDK's metric types that are read here, written down so that nothing of the SDK is needed to load or to compile this (OT-3). The
 * SDK's own objects fit.
 */
export type HrTime = [number, number];

/** Attribute values as the SDK may hold them. */
export type Attributes = { readonly [key: string]: unknown };

/** One point of a metric; `value` is a number or a histogram, by the metric's `dataPointType`. */
export interface DataPoint<T = unknown> {
  readonly attributes: Attributes;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly value: T;
}

/** An explicit bucket histogram's state. */
export interface HistogramValue {
  buckets: { boundaries: readonly number[]; counts: readonly number[] };
  sum?: number;
  count: number;
}

/** An exponential histogram's state. */
export interface ExponentialHistogramValue {
  scale: number;
  zeroCount: number;
  count: number;
  positive: { offset: number; bucketCounts: readonly number[] };
  negative: { offset: number; bucketCounts: readonly number[] };
}

/** One metric of an export with its points. */
export interface MetricData {
  readonly descriptor: { readonly name: string };
  readonly aggregationTemporality: number;
  readonly dataPointType: number;
  readonly dataPoints: readonly DataPoint[];
  readonly isMonotonic?: boolean;
}

/** What the SDK hands an exporter: metrics by instrumentation scope. */
export interface ResourceMetrics {
  readonly scopeMetrics: readonly {
    readonly scope: { readonly name: string; readonly version?: string | undefined };
    readonly metrics: readonly MetricData[];
  }[];
}

/** `DataPointType` of the SDK. */
export const HISTOGRAM = 0;
export const EXPONENTIAL_HISTOGRAM = 1;
export const GAUGE = 2;
export const SUM = 3;

/** `AggregationTemporality` of the SDK. */
export const DELTA = 0;
export const CUMULATIVE = 1;

/** `AggregationType` of the SDK. */
export const DEFAULT_AGGREGATION = 0;
export const DROP_AGGREGATION = 1;
export const EXPLICIT_BUCKET_HISTOGRAM_AGGREGATION = 4;

/** `ExportResultCode` of the SDK. */
export const SUCCESS = 0;
export const FAILED = 1;
