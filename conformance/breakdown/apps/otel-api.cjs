// An application without an SDK, whose instrumentations use the API only.
const { context, propagation, SpanKind, trace } = require("@opentelemetry/api");
const { listening, requireLibrary } = require("./independent.cjs");
const express = requireLibrary("express");

const queue = trace.getTracer("some-queue-client");
const cache = trace.getTracer("some-cache-client");
const covered = trace.getTracer("@opentelemetry/instrumentation-http");
const app = express();
app.get("/cached/:key", (_request, response) => {
  cache.startActiveSpan("GET", { kind: SpanKind.CLIENT, attributes: { "db.system.name": "memcached" } }, (span) => {
    setTimeout(() => {
      span.end();
      // Passed through: the request is measured already.
      const again = covered.startSpan("GET", { kind: SpanKind.SERVER, attributes: { "http.request.method": "GET" } });
      again.end();
      response.end(
        String(span.spanContext().traceId.length + trace.getSpan(context.active()).spanContext().spanId.length),
      );
    }, 5);
  });
});
app.get("/headers", (request, response) => {
  const outgoing = {};
  propagation.inject(context.active(), outgoing);
  response.json({ incoming: request.headers.traceparent ?? null, outgoing });
});
// A consumer: a transaction of its own, with a child; and a lone client, which is none.
app.get("/consume", (_request, response) => {
  queue.startActiveSpan("orders process", { kind: SpanKind.CONSUMER, root: true }, (message) => {
    message.setAttribute("messaging.system", "kafka");
    const work = queue.startSpan("work", { attributes: { "gen_ai.system": "openai" } });
    setTimeout(() => {
      work.end();
      message.end();
      queue.startSpan("poll", { kind: SpanKind.CLIENT, root: true }).end();
      response.end("ok");
    }, 3);
  });
});
const server = app.listen(0, "127.0.0.1", () => listening(server));
