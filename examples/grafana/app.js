// An application that both reports to Tidegauge and can be scraped.
import { createServer } from "node:http";
import { Client, MetricSet } from "@tidegauge/agent";

const client = new Client({ serviceName: "grafana-example" });
const metrics = client.metrics.register(MetricSet);
const requests = metrics.counters("http.requests", ["status"], { description: "Requests answered" });
const description = "Time until the answer was written";
const seconds = metrics.histogram("http.seconds", {}, { buckets: [0.001, 0.01, 0.1, 1], description });

async function answer(request, response) {
  if (request.url === "/metrics") {
    response.setHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    return response.end(await client.metrics.exposition("prometheus"));
  }
  const began = performance.now();
  response.statusCode = request.url === "/" ? 200 : 404;
  response.end("hello\n");
  requests.with(response.statusCode).inc();
  seconds.update((performance.now() - began) / 1000);
}

const server = createServer(answer).listen(process.env.PORT ?? 3000, () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
