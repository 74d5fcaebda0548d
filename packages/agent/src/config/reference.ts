import { DESCRIPTIONS } from "./descriptions.js";
import { camelCase } from "./option-source.js";
import { OPTIONS, type OptionDefinition, type OptionTypeName } from "./options.js";

const TYPE_TEXT: Readonly<Record<OptionTypeName, string>> = {
  boolean: "`true` or `false`",
  duration: "duration",
  size: "size",
  integer: "whole number",
  string: "text",
  list: "list",
  wildcards: "list with wildcards",
  numbers: "list of numbers",
  mapping: "`key=value` list",
  enumeration: "",
  file: "path of a readable file",
  path: "path",
  url: "http or https URL",
};

const INTRODUCTION = `# Configuration

<!-- Made from the option table by \`node docs/generate.mjs\`: change packages/agent/src/config/options.ts and descriptions.ts, not this page. -->

Each option is taken from the first of these places that holds a valid value for it:

1. central configuration: what the server sends while the agent runs, for the options marked *dynamic*,
2. the environment, \`ELASTIC_APM_\` and the option's name in capitals, read once at start,
3. the code, \`new Client({ … })\`, in camelCase or as written here,
4. a file: the module or JSON named in \`ELASTIC_APM_CONFIG_FILE\`, else \`elastic-apm-node.js\` in the working directory,
5. the default.

A value that is not valid is skipped with one warning that names its place; it never stops the agent. A wrong \`cloud_provider\` alone is not
skipped for a place further down: it means \`none\`. In AWS Lambda and Azure Functions \`metrics_interval=0s\`, \`cloud_provider=none\`, \`central_config=false\` and
\`breakdown_metrics=false\` are fixed. Options of the official agents that only concern traces are accepted and have no effect. At start the agent logs what is in force, and from where; secrets are shown as \`[REDACTED]\`.

| form | rule | examples |
|---|---|---|
| duration | a whole number and \`ms\`, \`s\` or \`m\`; in code also a number of seconds | \`500ms\`, \`30s\`, \`2m\` |
| size | a whole number and \`b\`, \`kb\`, \`mb\` or \`gb\`; 1 kb is 1024 bytes | \`768kb\`, \`16mb\` |
| list | separated by commas; in code also an array | \`a,b, c\` |
| wildcards | \`*\` stands for any text, all else is literal; the whole name must match; capitals do not matter unless the pattern begins with \`(?-i)\` | \`nodejs.*\`, \`(?-i)Http*\` |
| \`key=value\` list | separated by commas; in code also an object | \`team=a,tier=1\` |

## Options
`;

/** The configuration reference page, Markdown, made from the option table (docs/configuration.md). */
export function configurationReference(): string {
  return `${INTRODUCTION}\n${OPTIONS.map(section).join("\n")}`;
}

function section(option: OptionDefinition & { readonly name: keyof typeof DESCRIPTIONS }): string {
  const env = [option.name, ...(option.aliases ?? [])]
    .map((name) => `\`ELASTIC_APM_${name.toUpperCase()}\``)
    .join(", ");
  const facts = [
    env,
    `in code \`${camelCase(option.name)}\``,
    option.allowed ? `one of ${option.allowed.map((value) => `\`${value}\``).join(", ")}` : TYPE_TEXT[option.type],
    `default ${defaultText(option)}`,
    ...(option.dynamic ? ["*dynamic*"] : []),
  ];
  return `### \`${option.name}\`\n\n${facts.join(" · ")}\n\n${DESCRIPTIONS[option.name]}\n`;
}

function defaultText(option: OptionDefinition): string {
  if (option.default === undefined) return "not set";
  if (option.default === "") return "empty";
  return option.default.length > 100 ? "see below" : `\`${option.default}\``;
}
