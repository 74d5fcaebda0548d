import { type Command, Option } from "commander";

/** Which server a reading command asks, and as whom. */
export interface Connection {
  readonly url: string;
  readonly secretToken?: string;
  readonly apiKey?: string;
}

/** Adds the flags of {@link Connection} to a command that reads from a server. */
export function addConnectionOptions(command: Command): Command {
  return command
    .addOption(new Option("--url <url>", "the server").env("TIDEGAUGE_URL").default("http://127.0.0.1:8200"))
    .addOption(new Option("--secret-token <token>", "the server's token").env("TIDEGAUGE_SECRET_TOKEN"))
    .addOption(new Option("--api-key <id:key>", "an API key of the server").env("TIDEGAUGE_API_KEY"));
}

/** The `Authorization` header for a connection, if it has credentials. An API key wins, as in the agent. */
export function authorization({ secretToken, apiKey }: Connection): string | undefined {
  if (apiKey !== undefined) return `ApiKey ${Buffer.from(apiKey).toString("base64")}`;
  return secretToken === undefined ? undefined : `Bearer ${secretToken}`;
}
