// One process of the service `fleet`, for the pages that show several: its node, environment and version come from the
// environment, as a deployment gives them. Ends with its parent.
import { Client, MetricSet } from "../../packages/agent/dist/index.js";

const client = new Client({ serviceName: "fleet", metricsInterval: "1s" });
const metrics = client.metrics.register(MetricSet);
const parcels = metrics.counter("fleet.parcels");
setInterval(() => {
  parcels.inc();
  void client.withTransaction("deliver", "job", () => client.withSpan("drive", "external", "road", () => {}));
}, 100);
process.once("disconnect", () => process.exit(0));
process.once("SIGTERM", () => void client.close().finally(() => process.exit(0)));
