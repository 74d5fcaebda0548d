export { Client, type ClientOptions, getClient } from "./client.js";
export type { Matcher } from "./config/index.js";
export { AgentError, type AgentErrorCode, MetricSetNotFound } from "./errors.js";
export { type HonoContextLike, honoRoute } from "./hooks/hono.js";
export type { Counter } from "./instruments/counter.js";
export type { Family } from "./instruments/family.js";
export type { Gauge } from "./instruments/gauge.js";
export type { Histogram } from "./instruments/histogram.js";
export type { Labels, LabelValue } from "./instruments/labels.js";
export type { InstrumentOptions } from "./instruments/metric.js";
export type { Timer } from "./instruments/timer.js";
export type { Logger, UserLogger } from "./logging/index.js";
export { MetricSet } from "./metricset.js";
export type { MetricSetClass, MetricsRegistry, RegistryOptions } from "./registry.js";
export {
  AgentHealthMetricSet,
  BreakdownMetricSet,
  CPUMetricSet,
  EventLoopMetricSet,
  NodeRuntimeMetricSet,
  PrometheusMetrics,
  type PrometheusRegistry,
  TransactionMetricSet,
} from "./sets/index.js";
export { SpanBoundMetricSet } from "./span-bound-metricset.js";
export type { PublicSpan, StartOptions, Transaction } from "./tracing/span.js";
export type { DropReason, Transport, TransportStats } from "./transport/index.js";
