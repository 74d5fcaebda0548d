// An application with elastic-apm-node: one custom gauge, and a transaction with a span twice a second. It says on its
// standard output whether the transaction was sampled, and ends when its standard input does.
import apm from "elastic-apm-node";

apm.start({
  serverUrl: process.env.ELASTIC_APM_SERVER_URL,
  metricsInterval: "1s",
  apiRequestTime: "1s",
  cloudProvider: "none",
  logLevel: "error",
});
apm.registerMetric("conformance.queue", { region: "eu" }, () => 42.5);

const timer = setInterval(() => {
  const transaction = apm.startTransaction("GET /orders", "request");
  const span = transaction.startSpan("SELECT", "db", "postgresql");
  setTimeout(() => {
    span?.end();
    console.log(JSON.stringify({ sampled: transaction.sampled }));
    transaction.end();
  }, 20);
}, 500);

process.stdin.resume().on("end", () => {
  clearInterval(timer);
  apm.flush(() => process.exit(0));
});
