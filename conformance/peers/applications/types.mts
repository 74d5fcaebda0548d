import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { Client } from "@tidegauge/agent";
import { TidegaugeMetricExporter, TidegaugeMetricReader } from "@tidegauge/agent/opentelemetry";
import prom from "prom-client";

const client = new Client({ prometheusRegistry: [prom.register] });
new MeterProvider({
  readers: [
    new TidegaugeMetricReader({ client }),
    new PeriodicExportingMetricReader({ exporter: new TidegaugeMetricExporter({ client }) }),
  ],
});
