#!/usr/bin/env node
// Writes the part of docs/command-line.md that is made from the commands themselves. Needs a build.
import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { createProgram } from "../packages/cli/dist/program.js";

const PAGE = new URL("command-line.md", import.meta.url);
const BEGIN = "<!-- made by docs/generate-command-line.mjs -->\n";

/** The page with its last part as the commands are now. */
export function currentPage(page) {
  return `${page.split(BEGIN)[0]}${BEGIN}\n${createProgram().commands.map(describe).join("\n")}`;
}

function describe(command) {
  const help = command.createHelp();
  const rows = help.visibleOptions(command).map((option) => {
    const environment = option.envVar === undefined ? "" : `\`${option.envVar}\``;
    const value = option.defaultValueDescription ?? option.defaultValue;
    const meaning = [
      option.description,
      ...(option.argChoices === undefined ? [] : [`: ${option.argChoices.map((one) => `\`${one}\``).join(", ")}`]),
      ...(value === undefined || (Array.isArray(value) && value.length === 0) ? [] : [` (default: ${value})`]),
    ].join("");
    return `| \`${option.flags}\` | ${cell(meaning)} | ${environment} |`;
  });
  return `### ${command.name()}: every flag

\`${help.commandUsage(command)}\`

| flag | meaning | environment |
|---|---|---|
${rows.join("\n")}
`;
}

const cell = (text) => text.replaceAll("<", "&lt;").replaceAll("|", "\\|");

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, currentPage(readFileSync(PAGE, "utf8")));
