import type { Matcher } from "./config/index.js";
import type { Logger } from "./logging/index.js";
import type { MetricSet } from "./metricset.js";
import type { MetricsRegistry } from "./registry.js";
import type { PrometheusOptions } from "./sets/prometheus.js";
import type { Transport } from "./transport/transport.js";

/** A class that can be registered. */
export type MetricSetClass<S extends MetricSet = MetricSet> = new (registry: MetricsRegistry) => S;

/** What a registry works with; the client fills it from the configuration. */
export interface RegistryOptions {
  transport: Transport;
  logger: Logger;
  /** Milliseconds between two collections; 0: no timer (REG-80). */
  intervalMs?: number;
  /** Names that are not recorded (REG-30). */
  disableMetrics?: readonly Matcher[];
  /** Most series of one metric set (REG-36). */
  seriesLimit?: number;
  /** Collections without a write after which a resetting series goes; 0: never (REG-39). */
  seriesExpiry?: number;
  /** Asked at each collection (REG-67). */
  isRecording?: () => boolean;
  /** Collect and reset, but queue nothing (REG-68). */
  disableSend?: boolean;
  /** Longest time one set's `beforeCollect` may take. */
  beforeCollectLimitMs?: number;
  /** Sets that are found by a short name or by the Python agent's class path (REG-64). */
  builtIns?: ReadonlyMap<string, MetricSetClass>;
  /** For the Prometheus set. */
  prometheus?: PrometheusOptions;
}
