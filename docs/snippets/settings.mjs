import { createRequire } from "node:module";

const agent = createRequire(new URL("../../packages/agent/dist/", import.meta.url));
const { definitionOf } = agent("./config/option-source.js");
const { parseOption } = agent("./config/option-value.js");

const SETTING = /\b(ELASTIC_APM|TIDEGAUGE)_([A-Z0-9_]*[A-Z0-9])(?:=(?:'([^']*)'|"([^"]*)"|([^\s`'"|),;]+)))?/g;

/**
 * Every setting a page names must be one the agent or the server has, and a value it gives must be one it takes.
 *
 * @param {string} source of the page
 * @param {ReadonlySet<string>} names of other settings that exist
 * @returns {{ checked: number, problems: string[] }}
 */
export function checkSettings(source, names) {
  const problems = [];
  let checked = 0;
  for (const [text, prefix, name, ...values] of source.matchAll(SETTING)) {
    checked++;
    const option = prefix === "TIDEGAUGE" ? undefined : definitionOf(name.toLowerCase());
    const value = values.find((candidate) => candidate !== undefined);
    if (option === undefined) {
      if (!names.has(`${prefix}_${name}`)) problems.push(`${text}: there is no such setting`);
    } else if (value !== undefined && !/[$…<]/.test(value)) {
      try {
        parseOption(option, value);
      } catch (error) {
        problems.push(`${text}: ${error.message}`);
      }
    }
  }
  return { checked, problems };
}
