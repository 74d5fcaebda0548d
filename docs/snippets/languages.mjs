import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { parseDocument } from "yaml";
import { run } from "./process.mjs";
import { differences } from "./shape.mjs";
import { MissingTool, missingTool } from "./tools.mjs";

/**
 * How a block of each language is tried. Each returns what is wrong, or undefined; a thrown error is a wrong block too.
 *
 * @typedef {object} Place where the blocks of one page run
 * @property {string} directory the page's own, below docs/ so that packages are found
 * @property {NodeJS.ProcessEnv} env with the address of the server and the commands of snippets/bin
 * @property {string} url of the server
 *
 * @type {Readonly<Record<string, (block: import("./blocks.mjs").Block, place: Place) => Promise<string | undefined>>>}
 */
export const LANGUAGES = {
  js: javaScript,
  ts: typeScript,
  sh: shell,
  json: json,
  yaml: async ({ code }) => parseDocument(code).errors[0]?.message,
  python,
  text: async () => undefined, // a drawing, or what a program prints
};

let files = 0;

/** Runs in a process of its own, which must end by itself, and the agent in it must have nothing to complain about. */
async function javaScript({ code }, place) {
  const isCommonJs = /\brequire\(/.test(code) && !/^import /m.test(code);
  const name = `snippet-${++files}.${isCommonJs ? "cjs" : "mjs"}`;
  writeFileSync(join(place.directory, name), code);
  return runNode(name, place);
}

/** Checked against the types of the packages, then run. */
async function typeScript({ code }, place) {
  const source = join(place.directory, `snippet-${++files}.mts`);
  writeFileSync(source, code);
  const options = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    types: ["node"],
    strict: true,
    skipLibCheck: true,
    outDir: dirname(source),
  };
  const program = ts.createProgram([source], options);
  const found = ts.getPreEmitDiagnostics(program);
  if (found.length > 0)
    return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")).join("\n");
  program.emit();
  return runNode(source.replace(/mts$/, "mjs"), place);
}

async function runNode(name, place) {
  const { code, stderr } = await run(process.execPath, [name], { cwd: place.directory, env: place.env });
  if (code === null) return "it does not end";
  if (code !== 0) return `it ends with code ${code}\n${stderr}`;
  return complaintIn(stderr);
}

/** The agent says what it could not do on standard error. */
const complaintIn = (stderr) => /^.*(?:(?:WARNING|ERROR|CRITICAL) \[tidegauge\]|^\(node:\d+\) ).*$/m.exec(stderr)?.[0];

/** Where a page says a server listens. */
const USUAL_URL = "http://127.0.0.1:8200";

/** bash, where each command must succeed, at the server of this run. `tidegauge`, `npx`, `npm` and `curl` are those of snippets/bin. */
async function shell({ code }, place) {
  const script = `set -euo pipefail\n${code.replaceAll(USUAL_URL, place.url)}`;
  const { code: status, stdout, stderr } = await run("bash", ["-c", script], { cwd: place.directory, env: place.env });
  place.output = stdout;
  const missing = status === 127 ? missingTool(stderr) : undefined;
  if (missing !== undefined) throw new MissingTool(missing);
  if (status === null) return "it does not end";
  return status === 0 ? complaintIn(stderr) : `it ends with code ${status}\n${stdout}${stderr}`;
}

/** One value, or one a line. What follows the command that asks for it, or names its address, looks like a real answer. */
async function json({ code, before, notes }, place) {
  let shown;
  try {
    shown = JSON.parse(code);
  } catch (error) {
    const lines = code.trim().split("\n");
    if (lines.length === 1) throw error;
    for (const line of lines) JSON.parse(line);
  }
  const optional = (notes.optional ?? "").split(",").map((name) => name.trim());
  let answer;
  if (notes.answers !== undefined) answer = await (await fetch(`${place.url}${notes.answers}`)).text();
  else if (before !== undefined && /^curl .*\/api\/v1\//m.test(before)) answer = place.output;
  else return undefined;
  const found = differences(shown, JSON.parse(answer), optional);
  return found.length === 0 ? undefined : `${found.join("\n")}\nthe answer here: ${answer.slice(0, 600)}`;
}

/** Read by Python's own parser: the packages of the other world are not installed here. */
async function python({ code }, place) {
  const options = { cwd: place.directory, env: process.env, input: code };
  const { code: status, stderr } = await run(
    "python3",
    ["-c", "import ast, sys; ast.parse(sys.stdin.read())"],
    options,
  ).catch((error) => {
    throw error.code === "ENOENT" ? new MissingTool("python3") : error;
  });
  return status === 0 ? undefined : stderr;
}
