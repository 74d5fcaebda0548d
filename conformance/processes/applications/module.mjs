import { Client, MetricSet } from "@tidegauge/agent";

class Queue extends MetricSet {
  async beforeCollect() {
    this.gauge("queue_depth").set(7);
  }
}

const client = new Client();
client.metrics.register(Queue);
await client.close();
