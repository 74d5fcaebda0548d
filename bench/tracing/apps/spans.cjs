// Processor time of one span, of each kind, in a process that does nothing else: transactions of ten spans each.
const kind = process.argv[2];
// The rivals keep what they trace until it is sent: fewer at a time, or their memory is what is measured.
const TRANSACTIONS = kind === "tidegauge" ? 20_000 : 300;
const SPANS = 10;

function runner() {
  if (kind === "tidegauge") {
    const { Client } = require("@tidegauge/agent");
    const transport = { queue() {}, drop() {}, flush: async () => {}, close: async () => {}, stats: () => ({}) };
    const client = new Client({ start: false, transport });
    return () => {
      const transaction = client.startTransaction("t", "job");
      for (let i = 0; i < SPANS; i++) transaction.startSpan("s", "db", "mysql").end();
      transaction.end();
    };
  }
  if (kind === "elastic-apm-node") {
    const agent = require("elastic-apm-node").start({
      disableSend: true,
      centralConfig: false,
      cloudProvider: "none",
      logLevel: "off",
    });
    return () => {
      const transaction = agent.startTransaction("t", "job");
      for (let i = 0; i < SPANS; i++) transaction.startSpan("s", "db", "mysql", "query").end();
      transaction.end();
    };
  }
  require("./otel.cjs");
  const { context, trace } = require("@opentelemetry/api");
  const tracer = trace.getTracer("bench");
  return () => {
    const transaction = tracer.startSpan("t", { root: true });
    const inside = trace.setSpan(context.active(), transaction);
    for (let i = 0; i < SPANS; i++) tracer.startSpan("s", {}, inside).end();
    transaction.end();
  };
}

const run = runner();
const rounds = [];
function round(left) {
  const before = process.cpuUsage();
  for (let i = 0; i < TRANSACTIONS; i++) run();
  const { user, system } = process.cpuUsage(before);
  rounds.push((user + system) / (TRANSACTIONS * SPANS));
  if (left > 0) setTimeout(round, 200, left - 1);
  else process.send({ spanUs: Math.min(...rounds) }, () => process.exit(0));
}
round(kind === "tidegauge" ? 6 : 15);
