import { join } from "node:path";
import { Client } from "@tidegauge/agent";

/** A client as the application would get it, which sends only when asked, and what it said while it was made. */
export interface ExaminedClient {
  readonly client: Client;
  /** Warnings and errors so far; grows while the client works. */
  readonly complaints: string[];
}

/**
 * Makes a client from this environment and from the configuration file and package.json of `directory`, as if the
 * application's main script lay there.
 */
export function examineClient(directory: string): ExaminedClient {
  const complaints: string[] = [];
  const complain = (message: string): void => void complaints.push(message);
  const ignore = (): void => {};
  process.argv[1] = join(directory, "main.js"); // by which the agent finds the service's package.json
  const client = new Client({
    start: false,
    logger: { trace: ignore, debug: ignore, info: ignore, warn: complain, error: complain, fatal: complain },
  });
  return { client, complaints };
}
