import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { startApplication } from "./demo/application.js";
import { parsePort } from "./port.js";
import { colours, statusColours } from "./text/colours.js";
import { untilStopped } from "./until-stopped.js";

interface DemoFlags {
  readonly host: string;
  readonly port: number;
  readonly dataDir?: string;
  readonly json?: boolean;
}

/** Adds `tidegauge demo`: server, page and a small application that reports to it, until stopped. */
export function demoCommand(program: Command): void {
  program
    .command("demo")
    .description("Run the server and a small shop under load that reports into it, to have something to look at.")
    .addOption(new Option("--host <address>", "address to listen on").env("TIDEGAUGE_HOST").default("127.0.0.1"))
    .addOption(
      new Option("--port <number>", "port to listen on, 0 for any")
        .env("TIDEGAUGE_PORT")
        .default(8200)
        .argParser(parsePort),
    )
    .addOption(new Option("--data-dir <directory>", "keep the data here (default: a directory removed at the end)"))
    .option("--json", "say where page and shop listen as JSON: url, shopUrl")
    .addHelpText(
      "after",
      `
Examples:
  $ tidegauge demo
  $ tidegauge demo --port 0`,
    )
    .action(demo);
}

async function demo(flags: DemoFlags): Promise<void> {
  const stopped = untilStopped();
  const dataDir = flags.dataDir ?? (await mkdtemp(join(tmpdir(), "tidegauge-demo-")));
  const say = (line: string): void => void process.stderr.write(`${statusColours.dim(line)}\n`);
  try {
    const { startServer } = await import("@tidegauge/server"); // as in serve
    const server = await startServer({ host: flags.host, port: flags.port, dataDir, logLevel: "warn" });
    try {
      const application = await startApplication({ serverUrl: server.url, metricsInterval: "1s", say });
      const shopUrl = `http://127.0.0.1:${application.shopPort}`;
      process.stdout.write(
        flags.json ? `${JSON.stringify({ url: server.url, shopUrl })}\n` : welcome(server.url, shopUrl),
      );
      await stopped;
      say("stopping");
      await application.stop();
    } finally {
      await server.close();
    }
  } finally {
    if (flags.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
  }
}

function welcome(url: string, shopUrl: string): string {
  return `listening on ${url}

  ${colours.bold("Open")} ${colours.cyan(url)}

  A small shop runs here under a load that comes in waves, and reports every second. What to look at:
    ${colours.bold("shop")}         GET /search is the slow transaction: nearly all of it is db, one statement per product
                 heap used climbs: carts are never forgotten, until the shop is restarted
                 shop.page.views has a label that explodes: Health names it
                 Prometheus metrics of its payment library, beside its own
    ${colours.bold("shop-worker")}  queue.depth grows in each rush and drains afterwards

  The shop itself: curl ${shopUrl}/products
  Ctrl-C stops everything.
`;
}
