import { Client, MetricSet } from "@tidegauge/agent";

class Queue extends MetricSet {
  override async beforeCollect(): Promise<void> {
    this.gauge("queue_depth").set(7);
  }
}

const client: Client = new Client();
client.metrics.register(Queue);
await client.close();
