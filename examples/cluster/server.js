import cluster from "node:cluster";
import { createServer } from "node:http";
import { getClient, MetricSet } from "@tidegauge/agent";

const WORKERS = 4;

function runPrimary() {
  let stopping = false;
  // One node name a worker, and a worker that died is followed by one of the same name: its charts go on, and the server
  // sees from the new process that its counters began anew.
  const fork = (name) => {
    const worker = cluster.fork({ ELASTIC_APM_SERVICE_NODE_NAME: name });
    worker.once("exit", () => {
      if (!stopping) fork(name);
    });
  };
  for (let n = 1; n <= WORKERS; n++) fork(`web-${n}`);
  let listening = 0;
  cluster.on("listening", (_worker, { port }) => {
    if (++listening === WORKERS) console.log(`listening on http://127.0.0.1:${port}`);
  });
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => {
      stopping = true;
      cluster.disconnect(() => getClient().close());
    });
  }
}

function runWorker() {
  const client = getClient();
  const served = client.metrics.register(MetricSet).counter("cluster.served");
  createServer((_request, response) => {
    // A plain server has no routes the agent could name it by.
    client.setTransactionName("GET /");
    served.inc();
    response.end(`${process.env.ELASTIC_APM_SERVICE_NODE_NAME}\n`);
  }).listen(process.env.PORT ?? 3000);
  // The primary decides when to stop; Ctrl-C reaches the workers as well.
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {});
  process.once("disconnect", () => client.close());
}

if (cluster.isPrimary) runPrimary();
else runWorker();
