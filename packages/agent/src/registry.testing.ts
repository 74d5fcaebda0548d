import type { Metricset } from "@tidegauge/protocol";
import { RecordingLogger } from "./logging/recording-logger.testing.js";
import { MetricSet } from "./metricset.js";
import { MetricsRegistry, type RegistryOptions } from "./registry.js";
import { RecordingTransport } from "./testing/recording-transport.js";

/** A registry that sends into an array. */
export interface TestRegistry {
  readonly registry: MetricsRegistry;
  readonly transport: RecordingTransport;
  readonly logger: RecordingLogger;
  /** A base set, registered. */
  readonly set: MetricSet;
  /** Collects once and gives what this collection sent. */
  collect(): Promise<Metricset[]>;
  /** The samples of this collection that carry exactly these labels. */
  collectSamples(tags?: Record<string, unknown>): Promise<Record<string, unknown>>;
}

/** A registry without timer, HTTP or configuration. */
export function testRegistry(options: Partial<RegistryOptions> = {}): TestRegistry {
  const transport = new RecordingTransport();
  const logger = new RecordingLogger();
  const registry = new MetricsRegistry({ transport, logger, ...options });
  const collect = async (): Promise<Metricset[]> => {
    const before = transport.metricsets.length;
    await registry.collect();
    return transport.metricsets.slice(before);
  };
  return {
    registry,
    transport,
    logger,
    set: registry.register(MetricSet),
    collect,
    collectSamples: async (tags) => {
      const wanted = JSON.stringify(Object.entries(tags ?? {}).sort());
      const found = (await collect()).find(
        (payload) => JSON.stringify(Object.entries(payload.tags ?? {}).sort()) === wanted,
      );
      return { ...(found?.samples ?? {}) };
    },
  };
}
