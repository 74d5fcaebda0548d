const { trace } = require("@opentelemetry/api");
const { listening, requireLibrary } = require("./independent.cjs");
const express = requireLibrary("express");

const tracer = trace.getTracer("app");
const app = express();
app.get("/things/:id", (_request, response) => {
  tracer.startActiveSpan("work", (span) => {
    span.end();
    response.end("ok");
  });
});
const server = app.listen(0, "127.0.0.1", () => listening(server));
