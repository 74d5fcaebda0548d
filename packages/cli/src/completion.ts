import { Argument, type Command } from "commander";

const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

/** Adds `tidegauge completion`: a script that completes commands and flags, made from the commands themselves. */
export function completionCommand(program: Command): void {
  program
    .command("completion")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .description("Print a completion script for a shell.")
    .addHelpText(
      "after",
      `
Examples:
  $ source <(tidegauge completion bash)
  $ tidegauge completion fish > ~/.config/fish/completions/tidegauge.fish`,
    )
    .action((shell: Shell) => {
      process.stdout.write(WRITERS[shell](describeCommands(program)));
    });
}

interface CommandDescription {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly { readonly long: string; readonly description: string }[];
}

function describeCommands(program: Command): CommandDescription[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    flags: command
      .createHelp()
      .visibleOptions(command)
      .flatMap(({ long, description }) => (long ? [{ long, description }] : [])),
  }));
}

const WRITERS: Readonly<Record<Shell, (commands: readonly CommandDescription[]) => string>> = {
  bash: (commands) => `_tidegauge() {
  local word=\${COMP_WORDS[COMP_CWORD]}
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(" ")}" -- "$word"))
    return
  fi
  case \${COMP_WORDS[1]} in
${commands.map(({ name, flags }) => `    ${name}) COMPREPLY=($(compgen -W "${flags.map(({ long }) => long).join(" ")}" -- "$word")) ;;`).join("\n")}
  esac
}
complete -o default -F _tidegauge tidegauge
`,
  zsh: (commands) => `#compdef tidegauge
_tidegauge() {
  if ((CURRENT == 2)); then
    local -a commands=(
${commands.map(({ name, description }) => `      ${quote(`${name}:${description}`)}`).join("\n")}
    )
    _describe command commands
    return
  fi
  case $words[2] in
${commands.map(({ name, flags }) => `    ${name}) _arguments ${flags.map(({ long, description }) => quote(`${long}[${description.replaceAll(/[[\]:]/g, " ")}]`)).join(" ")} '*:file:_files' ;;`).join("\n")}
  esac
}
compdef _tidegauge tidegauge
`,
  fish: (commands) =>
    commands
      .flatMap(({ name, description, flags }) => [
        `complete -c tidegauge -n __fish_use_subcommand -a ${name} -d ${quote(description)}`,
        ...flags.map(
          ({ long, description: text }) =>
            `complete -c tidegauge -n '__fish_seen_subcommand_from ${name}' -l ${long.slice(2)} -d ${quote(text)}`,
        ),
      ])
      .join("\n")
      .concat("\n"),
};

const quote = (text: string): string => `'${text.replaceAll("'", "")}'`;
