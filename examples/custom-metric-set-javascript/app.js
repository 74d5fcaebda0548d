import { Client } from "@tidegauge/agent";
import { InboxMetricSet } from "./inbox-metric-set.js";

const client = new Client({ metricsInterval: "10s" });
client.metrics.register(InboxMetricSet);

console.log("watching the inbox until Ctrl-C");
// The agent keeps no process alive; here a timer stands for what an application does.
setInterval(() => {}, 60_000);
