import { expect, it, vi } from "vitest";
import { Client } from "../client.js";
import { RecordingLogger } from "../logging/recording-logger.testing.js";
import { RecordingTransport } from "../testing/recording-transport.js";
import { TidegaugeMetricReader } from "./reader.js";

it("tells of a callback that fails at each collection once in a while, with how often", async () => {
  const now = vi.spyOn(performance, "now");
  const logger = new RecordingLogger();
  const client = new Client({ start: false, transport: new RecordingTransport(), logger, metricsInterval: "1s" });
  const reader = new TidegaugeMetricReader({ client });
  const collect = vi.fn(async () => ({
    resourceMetrics: { resource: { attributes: {} }, scopeMetrics: [] },
    errors: [new Error("no database")],
  }));
  reader.setMetricProducer({ collect } as never);
  try {
    for (let round = 0; round < 5; round++) await reader.forceFlush();
    expect(logger.of("warn")).toEqual(["[tidegauge] OpenTelemetry collection: Error: no database"]);
    now.mockReturnValue(performance.now() + 3_600_000);
    await reader.forceFlush();
    expect(logger.of("warn").slice(1)).toEqual([
      "[tidegauge] OpenTelemetry collection: Error: no database (and 4 times before this, not logged)",
    ]);
  } finally {
    now.mockRestore();
    await reader.shutdown();
  }
});

it("OT-22 gives a callback no longer than the process has left when it ends", async () => {
  const client = new Client({
    start: false,
    transport: new RecordingTransport(),
    metricsInterval: "30s",
    logLevel: "off",
  });
  const companions: { collect(limitMs: number): Promise<void> }[] = [];
  const accompany = vi.spyOn(client, "accompany").mockImplementation((companion) => {
    companions.push(companion);
    return () => {};
  });
  const reader = new TidegaugeMetricReader({ client });
  const collect = vi.fn(async () => ({
    resourceMetrics: { resource: { attributes: {} }, scopeMetrics: [] },
    errors: [],
  }));
  reader.setMetricProducer({ collect } as never);
  await companions[0]?.collect(1000);
  await reader.forceFlush();
  expect(collect.mock.calls).toEqual([[{ timeoutMillis: 1000 }], [{ timeoutMillis: 15_000 }]]);
  accompany.mockRestore();
  await reader.shutdown();
});
