// Nothing but the agent's timer is left: it must not keep the process alive.
import { Client } from "@tidegauge/agent";

new Client({ metricsInterval: "600s" });
