import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { completionCommand } from "./completion.js";
import { demoCommand } from "./demo.js";
import { doctorCommand } from "./doctor.js";
import { exportCommand } from "./export.js";
import { describeError, UsageError } from "./failure.js";
import { queryCommand } from "./query.js";
import { runCommand } from "./run.js";
import { serveCommand } from "./serve.js";
import { topCommand } from "./top.js";

const COMMANDS = [
  doctorCommand,
  serveCommand,
  demoCommand,
  runCommand,
  topCommand,
  queryCommand,
  exportCommand,
  completionCommand,
];

/** Exit codes of every command. */
export const EXIT = { ok: 0, failure: 1, usage: 2 } as const;

/** The `tidegauge` command with all of its subcommands. */
export function createProgram(): Command {
  const program = new Command("tidegauge")
    .description("Metrics of Node.js services in the Elastic APM world: receive, store, look at.")
    .version(readVersion())
    .exitOverride()
    .enablePositionalOptions()
    .showHelpAfterError("(add --help for what is possible)");
  for (const add of COMMANDS) add(program);
  return program;
}

/**
 * Runs one command line.
 *
 * @param args arguments without the names of node and the script
 * @returns the exit code: 0 done, 1 failed, 2 the command line itself is wrong
 */
export async function runProgram(args: readonly string[]): Promise<number> {
  const program = createProgram();
  try {
    await program.parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? EXIT.ok); // `run` ends as its application, `doctor` as its worst finding
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage; // it has said why
    process.stderr.write(`tidegauge: ${describeError(error)}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.failure;
  }
}

function readVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
  return manifest.version;
}
