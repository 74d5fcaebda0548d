import type { Command } from "commander";

/** A flag of a command. */
export interface FlagDescription {
  /** With its dashes: `--data-dir`. */
  readonly long: string;
  readonly description: string;
  /** Whether a value follows. */
  readonly takesValue: boolean;
  /** The values it may have, if they can be listed. */
  readonly choices: readonly string[];
}

/** A command as a shell needs to know it. */
export interface CommandDescription {
  readonly name: string;
  readonly description: string;
  /** What may stand first after its name, if that can be listed. */
  readonly choices: readonly string[];
  readonly flags: readonly FlagDescription[];
}

/** Every command of a program with its flags, `--help` too. */
export function describeCommands(program: Command): CommandDescription[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    choices: command.registeredArguments[0]?.argChoices ?? [],
    flags: command
      .createHelp()
      .visibleOptions(command)
      .flatMap(({ long, description, required, optional, argChoices = [] }) =>
        long ? [{ long, description, takesValue: required || optional, choices: argChoices }] : [],
      ),
  }));
}
