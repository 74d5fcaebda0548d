import { Client, MetricSet } from "@tidegauge/agent";
import { DOCTOR_SERVICE } from "@tidegauge/protocol";
import { type Finding, fail, pass } from "./finding.js";

/** What differs from the application's configuration: who sends, and what. */
const OWN: Readonly<Record<string, string>> = {
  SERVICE_NAME: DOCTOR_SERVICE,
  SERVICE_VERSION: "",
  METRICS_SETS: "",
  BREAKDOWN_METRICS: "false",
  TRANSACTION_METRICS: "false",
  PROMETHEUS_METRICS: "false",
  AGENT_HEALTH_METRICS: "false",
  DISABLE_METRICS: "",
  // What waits in the application's spool is not the doctor's to send.
  SPOOL_DIR: "",
};

/**
 * A client that goes the application's way to the server, in a name of its own: what it sends is no process of the application and looks like no
 * restart of it.
 */
export class DoctorClient {
  readonly client: Client;
  /** Said while the test event was on its way. */
  readonly #complaints: string[] = [];

  /** Reads the configuration again, as the application's client did, but for what {@link OWN} sets in this process' environment. */
  constructor() {
    for (const [name, value] of Object.entries(OWN)) process.env[`ELASTIC_APM_${name}`] = value;
    const complain = (message: string): void => void this.#complaints.push(message);
    const ignore = (): void => {};
    this.client = new Client({
      start: false,
      logger: { trace: ignore, debug: ignore, info: ignore, warn: complain, error: complain, fatal: complain },
    });
    this.#complaints.length = 0; // those about the configuration have been told
  }

  /** Sends one metricset with one gauge: the whole way, with the agent's own transport. */
  async checkEvent(): Promise<Finding> {
    const { client } = this;
    client.metrics.register(MetricSet).gauge("tidegauge.doctor").set(1);
    await client.collect();
    await client.flush().catch(() => {}); // what became of the event is told by the counts
    const { recorded, accepted } = client.stats();
    if (recorded > 0 && accepted === recorded) return pass("test-event", "sent and accepted");
    const said = recorded === 0 ? "nothing was sent" : ["not accepted", ...this.#complaints].join(": ");
    return fail("test-event", said, "see what is said above, or the server's log for its side");
  }

  /** Lets go of the connection. */
  close(): Promise<void> {
    return this.client.close();
  }
}
