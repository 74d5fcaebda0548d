import type { Command } from "commander";
import { addConnectionOptions, type Connection } from "./api/connection.js";
import { QueryApi } from "./api/query-api.js";
import { parseDurationMs } from "./text/time.js";
import { arrange, drawTable, INITIAL_STATE } from "./top/screen.js";
import { takeSnapshot } from "./top/snapshot.js";
import { watch } from "./top/watch.js";

interface TopFlags extends Connection {
  readonly interval: string;
  readonly once?: boolean;
  readonly json?: boolean;
}

/** Adds `tidegauge top`: services and nodes live on a terminal, one snapshot elsewhere. */
export function topCommand(program: Command): void {
  const command = program
    .command("top")
    .description("Watch services and their nodes: processor, memory, heap, event loop.")
    .option("--interval <duration>", "how often it is drawn anew", "2s")
    .option("--once", "one snapshot, as when the output is no terminal")
    .option("--json", "one snapshot as JSON: an object for each node");
  addConnectionOptions(command)
    .addHelpText(
      "after",
      `
Keys: n c m h e sort by name, processor, memory, heap, event loop · / filter, Enter keeps it, Esc drops it
      p pause · q quit

Examples:
  $ tidegauge top
  $ tidegauge top --json | jq '.[].cpu'`,
    )
    .action(top);
}

async function top(flags: TopFlags): Promise<void> {
  const intervalMs = parseDurationMs(flags.interval);
  if (!flags.once && !flags.json && process.stdout.isTTY && process.stdin.isTTY) {
    return watch(flags, intervalMs);
  }
  const rows = arrange(await takeSnapshot(new QueryApi(flags)), INITIAL_STATE);
  process.stdout.write(`${flags.json ? JSON.stringify(rows) : drawTable(rows, Date.now()).join("\n")}\n`);
}
