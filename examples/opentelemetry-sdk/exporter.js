// The same with the SDK's own periodic reader, for an application that has several exporters or an interval of its own.
import { metrics } from "@opentelemetry/api";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { Client } from "@tidegauge/agent";
import { TidegaugeMetricExporter } from "@tidegauge/agent/opentelemetry";

const client = new Client();
const exporter = new TidegaugeMetricExporter({ client });
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 10_000 });
const provider = new MeterProvider({ readers: [reader] });
metrics.setGlobalMeterProvider(provider);

// Nobody else knows when this reader has its last values: the provider goes first, the client after it.
process.once("beforeExit", async () => {
  await provider.shutdown();
  await client.close();
});
