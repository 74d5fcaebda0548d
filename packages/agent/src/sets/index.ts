import type { MetricSetClass } from "../registry.js";
import { AgentHealthMetricSet } from "./agent-health.js";
import { BreakdownMetricSet } from "./breakdown.js";
import { CPUMetricSet } from "./cpu.js";
import { EventLoopMetricSet } from "./event-loop.js";
import { NodeRuntimeMetricSet } from "./node-runtime.js";
import { PrometheusMetrics } from "./prometheus.js";
import { TransactionMetricSet } from "./transaction.js";

export { AgentHealthMetricSet } from "./agent-health.js";
export { BreakdownMetricSet } from "./breakdown.js";
export { CPUMetricSet } from "./cpu.js";
export { EventLoopMetricSet } from "./event-loop.js";
export { NodeRuntimeMetricSet } from "./node-runtime.js";
export type { PrometheusRegistry } from "./prometheus/registry-source.js";
export { PrometheusMetrics } from "./prometheus.js";
export { TransactionMetricSet } from "./transaction.js";

/** Sets by the names that `metrics_sets` understands: the Python agent's class paths, and short ids, which come last and are shown in logs (REG-64). */
export const BUILT_IN_SETS: ReadonlyMap<string, MetricSetClass> = new Map<string, MetricSetClass>([
  ["elasticapm.metrics.sets.cpu.CPUMetricSet", CPUMetricSet],
  ["nodejs", NodeRuntimeMetricSet],
  ["eventloop", EventLoopMetricSet],
  ["elasticapm.metrics.sets.breakdown.BreakdownMetricSet", BreakdownMetricSet],
  ["transaction", TransactionMetricSet],
  ["elasticapm.metrics.sets.prometheus.PrometheusMetrics", PrometheusMetrics],
  ["agent", AgentHealthMetricSet],
]);
