import { Argument, type Command } from "commander";
import { describeCommands } from "./completion/command-description.js";
import { bashScript, fishScript, zshScript } from "./completion/scripts.js";
import { UsageError } from "./failure.js";

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;
type Shell = keyof typeof SCRIPTS;

/** Adds `tidegauge completion`: a script that completes commands, flags and their values, made from the commands themselves. */
export function completionCommand(program: Command): void {
  program
    .command("completion")
    .addArgument(new Argument("[shell]", "the shell").choices(Object.keys(SCRIPTS)))
    .option("--json", "the commands, their flags and values as JSON, for other shells")
    .description("Print a completion script for a shell.")
    .addHelpText(
      "after",
      `
Examples:
  $ source <(tidegauge completion bash)                                          # in ~/.bashrc
  $ tidegauge completion zsh > ~/.zfunc/_tidegauge                               # a directory of $fpath
  $ tidegauge completion fish > ~/.config/fish/completions/tidegauge.fish`,
    )
    .action((shell: Shell | undefined, { json }: { json?: boolean }) => {
      const commands = describeCommands(program);
      if (json) process.stdout.write(`${JSON.stringify({ commands })}\n`);
      else if (shell === undefined) throw new UsageError(`name a shell: ${Object.keys(SCRIPTS).join(", ")}`);
      else process.stdout.write(SCRIPTS[shell](commands));
    });
}
