import { spawn } from "node:child_process";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { reportFailure } from "./failure.js";
import { isTerminalForeground } from "./foreground.js";

const PASSED_ON: readonly NodeJS.Signals[] = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"];
/** A key sends these to the whole group, the application included: passed on, they would come twice. */
const OF_THE_TERMINAL: readonly NodeJS.Signals[] = ["SIGINT", "SIGQUIT"];

/** Adds `tidegauge run`: an application with the agent in it, its code untouched. */
export function runCommand(program: Command): void {
  program
    .command("run <app> [args...]")
    .description("Run a Node.js application, or a command that starts one, with the agent loaded first.")
    .passThroughOptions()
    .helpOption("--help", "display help for command")
    .addHelpText(
      "after",
      `
<app> is a script for node, or else a command. The agent is configured by ELASTIC_APM_… variables; it gets into every
Node.js process the command starts, through NODE_OPTIONS. On Windows, where npm is a script of the shell:
tidegauge run cmd /c npm start

It ends as the application does, with 127 if that is not found and 126 if it cannot be started.

Examples:
  $ tidegauge run app.js --port 3000
  $ ELASTIC_APM_SERVICE_NAME=shop tidegauge run npm start`,
    )
    .action(run);
}

/** The environment in which every Node.js process loads the agent first. What NODE_OPTIONS has already stays. */
export function agentEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const register = fileURLToPath(import.meta.resolve("@tidegauge/agent/register"));
  return { ...environment, NODE_OPTIONS: `${environment.NODE_OPTIONS ?? ""} ${preloading(register)}`.trim() };
}

/** The option, as NODE_OPTIONS wants it written. Not `--import`, which a worker thread made from CommonJS text does not heed. */
export function preloading(path: string): string {
  return `--require=${/[\s"]/.test(path) ? `"${path.replace(/["\\]/g, "\\$&")}"` : path}`;
}

async function run(app: string, args: readonly string[]): Promise<void> {
  const isScript = /\.[cm]?[jt]s$/.test(app);
  const [command, all] = isScript ? [process.execPath, [app, ...args]] : [app, [...args]];
  const child = spawn(command, all, { stdio: "inherit", env: agentEnvironment(process.env) });
  // What ends us alone would leave the application behind, so the application decides.
  for (const signal of PASSED_ON) process.on(signal, () => child.kill(signal));
  for (const signal of OF_THE_TERMINAL) process.on(signal, () => isTerminalForeground() || child.kill(signal));
  process.exitCode = await new Promise<number>((resolve) => {
    child.once("error", ({ code, message }: NodeJS.ErrnoException) => {
      const isMissing = code === "ENOENT";
      reportFailure({ code: code ?? "FAILED", message: `${app} ${isMissing ? "is not found" : message}` }, false);
      resolve(isMissing ? 127 : 126); // as shells do
    });
    child.once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGTERM"]));
  });
}
