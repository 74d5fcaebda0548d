#!/usr/bin/env node
// Lists the requirement numbers of docs/specification that no test cites.
//
//   node scripts/uncited.mjs [--json] [--strict] [--known docs/specification/uncited.md] [--root DIR]
//
// A number is defined where it stands alone in the first cell of a table row, or in bold at the start of a list item.
// It is cited where exactly this number stands as a word in a test (`*.test.ts`, `*.test-d.ts`, `*.cases.ts`, their .tsx
// and .mjs forms) or in a source file under conformance/. A range cites its two ends only: a test that guards ten
// requirements names ten.
//
// Exit code 0, it is a report; with --strict 1 if a number is uncited without a reason, cited but not defined, defined
// twice, or excused though it is cited. 2 for usage.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const NUMBER = "(?:[A-Z]+-)+\\d+[a-z]?";
const DEFINITION = new RegExp(`^\\s*(?:\\|\\s*(${NUMBER})\\s*\\||[-*]\\s+\\*\\*(${NUMBER})\\*\\*)`);
const WORD = new RegExp(`(?<![A-Za-z0-9-])${NUMBER}(?![A-Za-z0-9])`, "g");

const SPECIFICATION = join("docs", "specification");
const NOT_A_TOPIC = new Set(["README.md", "uncited.md"]);
const SKIPPED_FOLDERS = new Set(["node_modules", "dist", "docs", "golden", "coverage"]);
const TEST_FILE = /\.(test|test-d|cases)\.(ts|tsx|mjs)$/;
const CONFORMANCE_FILE = /\.(ts|mts|cts|js|mjs|cjs|py)$/;

/** The numbers a specification file defines, with their lines. */
export function definitions(markdown) {
  const found = [];
  markdown.split("\n").forEach((line, index) => {
    const match = DEFINITION.exec(line);
    if (match !== null) found.push({ number: match[1] ?? match[2], line: index + 1 });
  });
  return found;
}

/** The numbers that stand in a text, each once. */
export function citations(text) {
  return new Set(text.match(WORD) ?? []);
}

/** The exceptions of a `--known` file: table rows `| number | reason |`. A row without a reason explains nothing. */
export function exceptions(markdown) {
  const known = new Map();
  for (const line of markdown.split("\n")) {
    const match = new RegExp(`^\\|\\s*(${NUMBER})\\s*\\|\\s*(\\S.*?)\\s*\\|\\s*$`).exec(line);
    if (match !== null) known.set(match[1], match[2]);
  }
  return known;
}

/** Everything the report says about a checkout, `known` being its exceptions. */
export function report(root, known = new Map()) {
  const files = {};
  const defined = new Map();
  const definedTwice = [];
  for (const file of readdirSync(join(root, SPECIFICATION)).sort()) {
    if (!file.endsWith(".md") || NOT_A_TOPIC.has(file)) continue;
    const numbers = [];
    for (const { number, line } of definitions(readFileSync(join(root, SPECIFICATION, file), "utf8"))) {
      if (defined.has(number)) definedTwice.push(`${number} (${defined.get(number)} and ${file}:${line})`);
      else numbers.push(number);
      defined.set(number, `${file}:${line}`);
    }
    files[file] = numbers;
  }

  const cited = new Map();
  for (const path of testFiles(root)) {
    for (const number of citations(readFileSync(join(root, path), "utf8"))) {
      if (!cited.has(number)) cited.set(number, path);
    }
  }

  const areas = new Set([...defined.keys()].map(area));
  const uncited = {};
  for (const [file, numbers] of Object.entries(files)) {
    const open = numbers.filter((number) => !cited.has(number) && !known.has(number));
    uncited[file] = { defined: numbers.length, uncited: open };
  }
  return {
    files: uncited,
    explained: [...known.keys()].filter((number) => defined.has(number) && !cited.has(number)),
    notDefined: [...cited]
      .filter(([number]) => areas.has(area(number)) && !defined.has(number))
      .map(([n, p]) => `${n} (${p})`),
    definedTwice,
    staleExceptions: [...known.keys()].filter((number) => cited.has(number) || !defined.has(number)),
  };
}

function area(number) {
  return number.slice(0, number.lastIndexOf("-"));
}

function testFiles(root, folder = ".") {
  const found = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!SKIPPED_FOLDERS.has(entry.name) && !entry.name.startsWith(".")) found.push(...testFiles(root, path));
    } else if (
      TEST_FILE.test(entry.name) ||
      (path.startsWith(`conformance${sep}`) && CONFORMANCE_FILE.test(entry.name))
    ) {
      found.push(path);
    }
  }
  return found;
}

function count(result) {
  return Object.values(result.files).reduce((sum, file) => sum + file.uncited.length, 0);
}

function print(result) {
  for (const [file, { defined, uncited }] of Object.entries(result.files)) {
    console.log(`${file}: ${uncited.length} of ${defined} uncited`);
    if (uncited.length > 0) console.log(`  ${uncited.join(" ")}`);
  }
  const total = Object.values(result.files).reduce((sum, file) => sum + file.defined, 0);
  console.log(`\n${count(result)} of ${total} uncited, ${result.explained.length} explained`);
  if (result.notDefined.length > 0) console.log(`cited but not defined: ${result.notDefined.join(", ")}`);
  if (result.definedTwice.length > 0) console.log(`defined twice: ${result.definedTwice.join(", ")}`);
  if (result.staleExceptions.length > 0)
    console.log(`excused but cited or not defined: ${result.staleExceptions.join(", ")}`);
}

function main() {
  let options;
  try {
    options = parseArgs({
      options: {
        json: { type: "boolean", default: false },
        strict: { type: "boolean", default: false },
        known: { type: "string" },
        root: { type: "string", default: dirname(dirname(fileURLToPath(import.meta.url))) },
      },
    }).values;
  } catch (error) {
    console.error(`${error.message}\nusage: node scripts/uncited.mjs [--json] [--strict] [--known FILE] [--root DIR]`);
    process.exitCode = 2;
    return;
  }
  let known;
  try {
    known = options.known === undefined ? new Map() : exceptions(readFileSync(options.known, "utf8"));
  } catch (error) {
    console.error(`cannot read the exceptions: ${error.message}`);
    process.exitCode = 2;
    return;
  }
  const result = report(options.root, known);
  if (options.json) console.log(JSON.stringify(result, null, 2));
  else print(result);
  const faults = count(result) + result.notDefined.length + result.definedTwice.length + result.staleExceptions.length;
  if (options.strict && faults > 0) process.exitCode = 1;
}

if (process.argv[1] !== undefined && relative(process.argv[1], fileURLToPath(import.meta.url)) === "") main();
