// An application that has always been measured with a Prometheus client. Nothing in here knows the agent.
import { createServer } from "node:http";
import prom from "prom-client";

const requests = new prom.Counter({ name: "http_requests_total", help: "Requests", labelNames: ["status"] });
const inFlight = new prom.Gauge({ name: "http_requests_in_flight", help: "Requests under way" });
const size = new prom.Histogram({ name: "http_response_bytes", help: "Size of answers", buckets: [10, 100, 1000] });

async function answer(request, response) {
  if (request.url === "/metrics") {
    response.setHeader("Content-Type", prom.register.contentType);
    return response.end(await prom.register.metrics());
  }
  inFlight.inc();
  const isKnown = request.url === "/";
  const body = isKnown ? "x".repeat(50) : "not found: ".padEnd(500, ".");
  response.statusCode = isKnown ? 200 : 404;
  response.end(body);
  requests.inc({ status: response.statusCode });
  size.observe(body.length);
  inFlight.dec();
}

const server = createServer(answer).listen(process.env.PORT ?? 3000, () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
