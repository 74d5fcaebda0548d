import type { CommandDescription } from "./command-description.js";

/** A completion script for bash: `source` it. */
export function bashScript(commands: readonly CommandDescription[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const values = commands.flatMap(({ name, flags }) =>
    flags
      .filter(({ takesValue }) => takesValue)
      .map(
        ({ long, choices }) => `    "${name} ${long}") ${choices.length > 0 ? reply(choices.join(" ")) : ""}return ;;`,
      ),
  );
  const words = commands.map(
    ({ name, choices, flags }) =>
      `    ${name}) ${reply([...choices, ...flags.map(({ long }) => long)].join(" "))}return ;;`,
  );
  return `_tidegauge() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    ${reply(names)}return
  fi
  case "\${COMP_WORDS[1]} $before" in
${values.join("\n")}
  esac
  case \${COMP_WORDS[1]} in
${words.join("\n")}
  esac
}
complete -o default -F _tidegauge tidegauge
`;
}

const reply = (words: string): string => `COMPREPLY=($(compgen -W "${words}" -- "$word")); `;

/** A completion script for zsh: a file `_tidegauge` in a directory of `$fpath`, or sourced after `compinit`. */
export function zshScript(commands: readonly CommandDescription[]): string {
  const names = commands.map(({ name, description }) => `      ${quote(`${name}:${description}`)}`);
  const flags = commands.map((command) => {
    const specs = command.flags.map(({ long, description, takesValue, choices }) => {
      const value = choices.length > 0 ? `:value:(${choices.join(" ")})` : takesValue ? ":value:_files" : "";
      return quote(`*${long}[${description.replaceAll(/[[\]:\\]/g, " ")}]${value}`);
    });
    const first = command.choices.length > 0 ? `'1:value:(${command.choices.join(" ")})' ` : "";
    return `    ${command.name}) _arguments ${specs.join(" ")} ${first}'*:file:_files' ;;`;
  });
  return `#compdef tidegauge
_tidegauge() {
  if ((CURRENT == 2)); then
    local -a commands=(
${names.join("\n")}
    )
    _describe command commands
    return
  fi
  shift words
  ((CURRENT--))
  case $words[1] in
${flags.join("\n")}
  esac
}
if [[ $funcstack[1] == _tidegauge ]]; then _tidegauge "$@"; else compdef _tidegauge tidegauge; fi
`;
}

/** A completion script for fish: a file `tidegauge.fish` in its completions directory. */
export function fishScript(commands: readonly CommandDescription[]): string {
  const lines = commands.flatMap(({ name, description, choices, flags }) => {
    const within = `complete -c tidegauge -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c tidegauge -f -n __fish_use_subcommand -a ${name} -d ${quote(description)}`,
      ...(choices.length > 0 ? [`${within} -f -a ${quote(choices.join(" "))}`] : []),
      ...flags.map(({ long, description: text, takesValue, choices: values }) => {
        const value = values.length > 0 ? ` -x -a ${quote(values.join(" "))}` : takesValue ? " -r" : "";
        return `${within} -l ${long.slice(2)}${value} -d ${quote(text)}`;
      }),
    ];
  });
  return `${lines.join("\n")}\n`;
}

/** For a shell, in single quotes; descriptions can do without apostrophes. */
const quote = (text: string): string => `'${text.replaceAll("'", "").replaceAll("\\", "")}'`;
