import type { ServerOptions } from "@tidegauge/server";
import { type Command, Option } from "commander";
import { UsageError } from "./failure.js";
import { parsePort } from "./port.js";
import { untilStopped } from "./until-stopped.js";

interface ServeFlags extends ServerOptions {
  readonly apiKey?: string[];
  readonly json?: boolean;
}

const list = (value: string, previous: string[] = []): string[] => [...previous, value];

/** `[flag, meaning, how its text becomes a value]`. The server checks values and knows the defaults named here. */
const FLAGS: readonly (readonly [string, string, ((text: string) => unknown)?])[] = [
  ["--host <address>", "address to listen on (default: 127.0.0.1)"],
  ["--port <number>", "port to listen on, 0 for any (default: 8200)", parsePort],
  ["--data-dir <directory>", "where data is kept (default: ./tidegauge-data)"],
  ["--retention <duration>", "how long data is kept, 0 for ever (default: 30d)"],
  ["--max-size <size>", "most the store may take on disk, 0 for no limit (default: 20gb)"],
  ["--secret-token <token>", "token that agents and readers must show"],
  ["--api-key <id:key>", "API key that does as well; may repeat (environment: with commas)", list],
  ["--insecure", "serve other machines although there is neither token nor key (environment: true or false)"],
  ["--tls-cert <file>", "certificate chain, PEM; with it the server speaks TLS only"],
  ["--tls-key <file>", "its private key, PEM"],
  ["--output <names>", "where metrics go: store, elasticsearch, or both with a comma (default: store)"],
  ["--elasticsearch-url <urls>", "search nodes, several with commas (default: http://127.0.0.1:9200)"],
  ["--elasticsearch-api-key <key>", "API key for them, as they gave it out"],
  ["--elasticsearch-ca-cert <file>", "authorities that their certificates are checked with, PEM"],
  ["--elasticsearch-queue-size <size>", "most that may wait on disk while they take nothing (default: 1gb)"],
  ["--data-stream-namespace <name>", "namespace of the data streams (default: default)"],
  ["--agent-config <file>", "central configuration of agents, read again when it changes"],
  ["--agent-config-max-age <duration>", "how long agents keep it before they ask again (default: 30s)"],
  ["--max-request-size <size>", "largest intake body, decompressed (default: 100 MiB)"],
  ["--max-event-size <size>", "largest event (default: 307200 bytes)"],
  ["--max-concurrent-requests <number>", "intake requests at once, 0 for as memory allows (default: 0)", Number],
  ["--max-connections <number>", "connections at once (default: 8192)", Number],
  ["--read-timeout <duration>", "time for a request to arrive (default: 30s)"],
  ["--shutdown-timeout <duration>", "how long a stop waits for requests under way (default: 5s)"],
  ["--log-level <level>", "debug, info, warn, error or silent (default: info)"],
];

/** Adds `tidegauge serve`: the receiver, store, query API and page, until stopped. */
export function serveCommand(program: Command): void {
  const command = program
    .command("serve")
    .description("Receive metrics as an APM Server does, store them, answer queries and serve the page.");
  for (const [flag, meaning, parse] of FLAGS) {
    const option = new Option(flag, meaning);
    if (parse !== undefined) option.argParser(parse);
    command.addOption(option.env(`TIDEGAUGE_${option.name().toUpperCase().replaceAll("-", "_")}`));
  }
  command
    .option("--json", "say where it listens as JSON: url")
    .addHelpText(
      "after",
      `
Examples:
  $ tidegauge serve
  $ tidegauge serve --host 0.0.0.0 --secret-token "$TOKEN" --retention 90d
  $ tidegauge serve --output store,elasticsearch --elasticsearch-url http://127.0.0.1:9200`,
    )
    .action(serve);
}

async function serve({ apiKey, insecure, json, ...options }: ServeFlags, command: Command): Promise<void> {
  const isFromEnvironment = (name: string): boolean => command.getOptionValueSource(name) === "env";
  const apiKeys = isFromEnvironment("apiKey") ? apiKey?.flatMap((keys) => keys.split(",")) : apiKey;
  // Commander takes a variable that is there for a flag that is given, whatever it says.
  const isInsecure = isFromEnvironment("insecure") ? readSwitch("TIDEGAUGE_INSECURE") : insecure;
  const stopped = untilStopped();
  // Loaded here, since the other commands start faster without the store's engine.
  const { OptionError, startServer } = await import("@tidegauge/server");
  const server = await startServer({ ...options, apiKeys, insecure: isInsecure }).catch((error: unknown) => {
    throw error instanceof OptionError ? new UsageError(`${written(command, error.option)} ${error.rule}`) : error;
  });
  process.stdout.write(json ? `${JSON.stringify({ url: server.url })}\n` : `listening on ${server.url}\n`);
  await stopped;
  await server.close();
}

/** A variable that switches something dangerous on says so in full. */
function readSwitch(variable: string): boolean {
  const text = process.env[variable];
  if (text === "true") return true;
  if (text === "false" || text === "") return false;
  throw new UsageError(`${variable} is true or false, not '${text}'`);
}

/** An option of the server as the user wrote it: the flag, or the variable it came from. */
function written(command: Command, option: keyof ServerOptions): string {
  const name = option === "apiKeys" ? "apiKey" : option;
  const flag = command.options.find((one) => one.attributeName() === name);
  return (command.getOptionValueSource(name) === "env" ? flag?.envVar : flag?.long) ?? option;
}
