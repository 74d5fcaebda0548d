// An application that traces with its own SDK, one request in ten, and adds our processor and sampler to it.
const {
  NodeTracerProvider,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  SimpleSpanProcessor,
} = require("@opentelemetry/sdk-trace-node");
const { registerInstrumentations } = require("@opentelemetry/instrumentation");
const { HttpInstrumentation } = require("@opentelemetry/instrumentation-http");
const { ExpressInstrumentation } = require("@opentelemetry/instrumentation-express");
const { PgInstrumentation } = require("@opentelemetry/instrumentation-pg");
const { BreakdownSampler, TidegaugeSpanProcessor } = require("@tidegauge/agent/opentelemetry");
const independent = require("./independent.cjs");

const exporter = {
  export(spans, done) {
    for (const span of spans) {
      const name = span.kind === 1 ? "exported requests" : "exported others";
      independent.count(name);
    }
    done({ code: 0 });
  },
  shutdown: async () => {},
};
const ratio = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.1) });
const provider = new NodeTracerProvider({
  sampler: new BreakdownSampler(ratio),
  spanProcessors: [new SimpleSpanProcessor(exporter), new TidegaugeSpanProcessor()],
});
provider.register();
registerInstrumentations({
  instrumentations: [new HttpInstrumentation(), new ExpressInstrumentation(), new PgInstrumentation()],
});
require("./express-pg.cjs");
