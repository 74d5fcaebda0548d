import { MetricSet } from "@tidegauge/agent";

export default class Queue extends MetricSet {
  beforeCollect() {
    this.gauge("queue_depth").set(7);
  }
}
