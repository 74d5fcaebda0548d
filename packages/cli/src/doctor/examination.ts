import { examineClient } from "./examined-client.js";
import type { Finding } from "./finding.js";
import { checkConfiguration, checkHooks, checkNode, checkServiceName } from "./local-checks.js";
import { checkMigration } from "./migration-checks.js";
import { checkServer } from "./server-checks.js";

/**
 * Every check, in the order in which one would look: what is here, then the server.
 *
 * @param directory of the application
 * @param isMigrating also what changes for an application that uses elastic-apm-node
 */
export async function* examine(directory: string, isMigrating: boolean): AsyncGenerator<Finding> {
  const examined = examineClient(directory);
  try {
    yield checkNode();
    yield* checkConfiguration(examined);
    yield checkServiceName(examined);
    yield* checkHooks(directory);
    if (isMigrating) yield* checkMigration(process.env, directory);
    yield* await checkServer(examined, directory);
  } finally {
    await examined.client.close();
  }
}
