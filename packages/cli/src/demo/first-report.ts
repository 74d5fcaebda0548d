import type { Client } from "@tidegauge/agent";

/** Long enough for the first requests to be in it. */
const AFTER_MS = 300;

/** Sends a first report before the first interval is over: whoever opens the page at once finds something on it. */
export function firstReport(client: Client): void {
  setTimeout(() => void client.collect(), AFTER_MS).unref();
}
