import cluster from "node:cluster";
import { report } from "./reports.mjs";

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()];
  await report("primary");
  await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once("exit", resolve))));
} else {
  await report(`worker ${cluster.worker.id}`);
  process.exit();
}
