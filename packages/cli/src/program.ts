import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { completionCommand } from "./completion.js";
import { demoCommand } from "./demo.js";
import { doctorCommand } from "./doctor.js";
import { exportCommand } from "./export.js";
import { describeFailure, EXIT, reportFailure, UsageError } from "./failure.js";
import { queryCommand } from "./query.js";
import { runCommand } from "./run.js";
import { serveCommand } from "./serve.js";
import { topCommand } from "./top.js";

const COMMANDS = [
  serveCommand,
  demoCommand,
  runCommand,
  doctorCommand,
  topCommand,
  queryCommand,
  exportCommand,
  completionCommand,
];

const AFTER_HELP = `
Data goes to standard output, status and errors to standard error. NO_COLOR and FORCE_COLOR are heeded.

Exit codes:
  0    done; serve and demo: stopped by Ctrl-C or SIGTERM
  1    failed; doctor: a check failed
  2    the command line is wrong
  130  interrupted by Ctrl-C before it was done (128 + number for other signals)
  run ends as its application does, with 127 if that is not found and 126 if it cannot be started.

Examples:
  $ tidegauge demo
  $ tidegauge serve --data-dir ./metrics
  $ tidegauge run app.js
  $ tidegauge doctor`;

/** The `tidegauge` command with all of its subcommands. What a command needs beyond its flags is loaded when it runs. */
export function createProgram(): Command {
  const program = new Command("tidegauge")
    .description("Metrics of Node.js services in the Elastic APM world: receive, store, look at.")
    .version(readVersion(), "-V, --version", "the version")
    .configureOutput({ outputError: () => {} }) // runProgram tells what is wrong
    .exitOverride()
    .enablePositionalOptions()
    .addHelpText("after", AFTER_HELP);
  for (const add of COMMANDS) add(program);
  return program;
}

/** Whether a failure is told as JSON. `run` hands the flag on to the application. */
export function wantsJson(args: readonly string[]): boolean {
  return args[0] !== "run" && args.includes("--json");
}

/**
 * Runs one command line.
 *
 * @param args arguments without the names of node and the script
 * @returns the exit code, see {@link EXIT}
 */
export async function runProgram(args: readonly string[]): Promise<number> {
  const program = createProgram();
  const asJson = wantsJson(args);
  try {
    await program.parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? EXIT.ok); // `run` ends as its application, `doctor` as its worst finding
  } catch (error) {
    if (error instanceof CommanderError) return endOfParsing(program, error, args, asJson);
    reportFailure(describeFailure(error), asJson);
    return error instanceof UsageError ? EXIT.usage : EXIT.failure;
  }
}

/** Commander ends this way after help and the version, and when a command line is wrong. */
function endOfParsing(program: Command, error: CommanderError, args: readonly string[], asJson: boolean): number {
  if (error.exitCode === 0) return EXIT.ok;
  if (error.code === "commander.help") return EXIT.usage; // no command was named; the help has told them
  const command = program.commands.find((one) => one.name() === args[0]);
  const help = `tidegauge ${command === undefined ? "" : `${command.name()} `}--help`;
  const message = error.message
    .replace(/^error: /, "")
    .replaceAll("\n", " ")
    .replace(/\.$/, "");
  reportFailure(new UsageError(`${message}; see ${help}`), asJson);
  return EXIT.usage;
}

function readVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
  return manifest.version;
}
