import type { Config } from "./config/config.js";
import type { Logger } from "./logging/logger.js";
import { isMainThread } from "./main-thread.js";
import type { MetricSet } from "./metricset.js";
import type { MetricSetClass, MetricsRegistry } from "./registry.js";
import {
  AgentHealthMetricSet,
  BreakdownMetricSet,
  BUILT_IN_SETS,
  CPUMetricSet,
  EventLoopMetricSet,
  NodeRuntimeMetricSet,
  TransactionMetricSet,
} from "./sets/index.js";
import type { TracerOptions } from "./tracing/tracer.js";

/** By name: when no client library can be found that is a warning, not an error (PROM-2). */
const PROMETHEUS_SET = "elasticapm.metrics.sets.prometheus.PrometheusMetrics";

/** Registers the sets a client has by its configuration, in the order of REG-66, and gives those that a tracer feeds. Never throws. */
export function registerConfiguredSets(
  metrics: MetricsRegistry,
  config: Config,
  logger: Logger,
): Pick<TracerOptions, "breakdown" | "transactions"> {
  const { values } = config;

  /** A set of ours that cannot work on this machine is not the caller's mistake: the others go on without it. */
  function own<S extends MetricSet>(set: MetricSetClass<S>): S | undefined {
    try {
      return metrics.register(set);
    } catch (error) {
      logger.error(String(error));
      return undefined;
    }
  }

  for (const name of values.metricsSets) {
    const set = BUILT_IN_SETS.get(name);
    // The CPU set's numbers are those of the process: from a thread they would be sent twice (REG-93).
    if (set === CPUMetricSet && !isMainThread && config.sourceOf("metrics_sets") === "default") continue;
    if (set === undefined) void metrics.register(name);
    else if (own(set) instanceof NodeRuntimeMetricSet) own(EventLoopMetricSet);
  }
  // Both are off with interval 0 too, and then no span is tracked at all (BD-45, BD-46, BD-60).
  const measures = values.metricsIntervalMs > 0;
  const breakdown = measures && values.breakdownMetrics ? own(BreakdownMetricSet) : undefined;
  const transactions = measures && values.transactionMetrics ? own(TransactionMetricSet) : undefined;
  if (values.prometheusMetrics) void metrics.register(PROMETHEUS_SET);
  // Last, so that its figures include those of the others.
  if (values.agentHealthMetrics) own(AgentHealthMetricSet);
  return { breakdown, transactions };
}
