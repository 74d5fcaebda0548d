// Loaded before the application, as OpenTelemetry recommends. The reader collects at each `metrics_interval`, and once
// more when the client closes.
import { metrics } from "@opentelemetry/api";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { Client } from "@tidegauge/agent";
import { TidegaugeMetricReader } from "@tidegauge/agent/opentelemetry";

const client = new Client();
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [new TidegaugeMetricReader({ client })] }));
