// An application with the agent; with RECORD it also uses both Prometheus clients.
const { Client } = require("@tidegauge/agent");
const { RecordingTransport } = require("@tidegauge/agent/testing");

async function main() {
  const transport = new RecordingTransport();
  if (process.env.RECORD) {
    new (require("prom-client").Counter)({ name: "from_old_total", help: "h" }).inc();
    new (require("@prometheus-io/client").Counter)({ name: "from_new_total", help: "h" }).inc();
  }
  const client = new Client({
    transport,
    serviceName: "app",
    metricsSets: [],
    agentHealthMetrics: false,
    logLevel: "off",
  });
  await client.collect();
  await client.close();
  if (process.env.RECORD) return Object.keys(transport.metricsets[0].samples);
  return Object.keys(require.cache).filter((path) =>
    /prom-client|prometheus-io|opentelemetry[\\/](api|sdk)/.test(path),
  );
}

main().then((answer) => process.send(answer, () => process.disconnect()));
