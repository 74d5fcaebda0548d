import { Client } from "@tidegauge/agent";
import { RecordingTransport } from "@tidegauge/agent/testing";
import { afterEach } from "vitest";

/** Every warning and error that the clients of this test logged. */
export const warnings = [];

const heed = (message) => warnings.push(message);
const clients = [];

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  warnings.length = 0;
});

/**
 * A client that measures nothing by itself and sends nowhere, so that what a test records is all there is. It is closed
 * after the test.
 *
 * @param {import("@tidegauge/agent").ClientOptions} options what differs for the test
 * @returns {{ client: Client, transport: RecordingTransport, collect: () => Promise<object[]> }} `collect` answers with
 *   the metricsets of one collection
 */
export function quietClient(options = {}) {
  const transport = new RecordingTransport();
  const client = new Client({
    start: false,
    transport,
    logger: { info() {}, warn: heed, error: heed },
    metricsSets: [],
    breakdownMetrics: false,
    transactionMetrics: false,
    agentHealthMetrics: false,
    ...options,
  });
  clients.push(client);
  const collect = async () => {
    const before = transport.metricsets.length;
    await client.collect();
    return transport.metricsets.slice(before);
  };
  return { client, transport, collect };
}
