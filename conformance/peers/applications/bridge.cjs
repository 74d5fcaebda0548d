// An application that knows nothing of the agent but its start; argument: what it does with OpenTelemetry.
const { Client } = require("@tidegauge/agent");
const { RecordingTransport } = require("@tidegauge/agent/testing");

const transport = new RecordingTransport();
const warnings = [];
const client = new Client({
  transport,
  serviceName: "app",
  metricsSets: [],
  agentHealthMetrics: false,
  opentelemetryBridgeEnabled: process.argv[3] !== "off",
  logger: { info() {}, warn: (message) => warnings.push(message), error: (message) => warnings.push(message) },
});

async function main() {
  let others = 0;
  if (process.argv[2] === "own provider") {
    const { metrics } = require("@opentelemetry/api");
    const {
      InMemoryMetricExporter,
      MeterProvider,
      PeriodicExportingMetricReader,
    } = require("@opentelemetry/sdk-metrics");
    const exporter = new InMemoryMetricExporter(1);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 });
    metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
    metrics.getMeter("m").createCounter("orders").add(2);
    await reader.forceFlush();
    others = exporter.getMetrics()[0].scopeMetrics[0].metrics[0].dataPoints[0].value;
  } else if (process.argv[2] === "api") {
    const { metrics } = require("@opentelemetry/api");
    metrics.getMeter("m").createCounter("orders").add(2);
    metrics.getMeter("m").createCounter("orders").add(1);
  } else if (process.argv[2] === "api, then own provider") {
    const { metrics } = require("@opentelemetry/api");
    metrics.getMeter("m").createCounter("early").add(1);
    const { MeterProvider } = require("@opentelemetry/sdk-metrics");
    const own = new MeterProvider();
    if (!metrics.setGlobalMeterProvider(own)) throw new Error("the application's provider was refused");
    if (metrics.getMeterProvider() !== own) throw new Error("the application's provider was replaced");
    metrics.getMeter("m").createCounter("orders").add(3);
  } else if (process.argv[2] === "attached") {
    const { MeterProvider } = require("@opentelemetry/sdk-metrics");
    const { TidegaugeMetricReader } = require("@tidegauge/agent/opentelemetry");
    new MeterProvider({ readers: [new TidegaugeMetricReader()] }).getMeter("m").createCounter("orders").add(2);
  }
  await client.close();
  const sent = transport.metricsets.flatMap(({ samples }) =>
    Object.entries(samples).map(([name, { value }]) => [name, value]),
  );
  const loaded = Object.keys(require.cache).some((path) => /@opentelemetry/.test(path));
  return { sent, others, warnings, loaded };
}

main().then((answer) => process.send(answer, () => process.disconnect()));
