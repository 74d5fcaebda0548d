// An application with our own agent: a counter, a gauge, a histogram and a transaction; ends when its standard input does.
const { Client, MetricSet } = require("../../packages/agent/dist/index.js");

const client = new Client({ metricsInterval: "1s", apiRequestTime: "1s", cloudProvider: "none" });
const metricset = client.metrics.register(MetricSet);
const timer = setInterval(() => {
  metricset.counter("orders", { region: "eu" }).inc(3);
  metricset.gauge("queue.depth").set(4.25);
  metricset.histogram("latency", {}, { buckets: [1, 10, 100] }).update(7);
  const transaction = client.startTransaction("GET /orders", "request");
  transaction.startSpan("SELECT", "db", "postgresql").end();
  transaction.end();
}, 100);

process.stdin.resume().on("end", async () => {
  clearInterval(timer);
  await client.close();
});
