/** The demo's worker: takes orders off the queue and packs them, two at a time. A rush fills the queue faster than that. */
import { setTimeout as sleep } from "node:timers/promises";
import { Client, MetricSet } from "@tidegauge/agent";
import { DatabaseClient } from "./database-client.js";
import { firstReport } from "./first-report.js";
import { LAST_REPORT_MS, onStop } from "./stop.js";

const client = new Client({ serviceName: "shop-worker", serviceVersion: "1.4.0" });
const database = new DatabaseClient(Number(process.env.DATABASE_PORT));

/** Asks for the queue's length when it is about to be reported, not on a timer of its own. */
class QueueMetricSet extends MetricSet {
  override async beforeCollect(): Promise<void> {
    this.gauge("queue.depth").set(await database.waitingOrders());
  }
}
client.metrics.register(QueueMetricSet);

const metrics = client.metrics.register(MetricSet);
const packed = metrics.counters("orders.packed", ["result"]);
const waited = metrics.histogram(
  "orders.wait.ms",
  {},
  { buckets: [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000] },
);
const packing = metrics.timer("orders.packing.duration", {}, { unit: "ms" });

let stopped = false;

/** Some arithmetic, so that packing shows as processor time. */
function weigh(): number {
  let grams = 0;
  for (let i = 0; i < 400_000; i++) grams = (grams * 31 + i) % 1_000_003;
  return grams;
}

async function pack(order: { at: number }): Promise<void> {
  waited.update(Date.now() - order.at);
  const stop = packing.start();
  const tooHeavy = client.withSpan("weigh", "code", "weigh", () => weigh()) % 5 === 0 && Math.random() < 0.5;
  await client.withSpan("label printer", "external", "printer", () => sleep(250 + 500 * Math.random()));
  stop();
  packed.with(tooHeavy ? "split" : "whole").inc();
}

async function work(): Promise<void> {
  while (!stopped) {
    const order = await database.popOrder();
    if (order === null) await sleep(100);
    else await client.withTransaction("pack order", "messaging", () => pack(JSON.parse(order) as { at: number }));
  }
}

onStop(async () => {
  stopped = true;
  await client.close(LAST_REPORT_MS);
  database.close();
});
firstReport(client);
await Promise.all([work(), work()]);
