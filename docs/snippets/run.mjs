#!/usr/bin/env node
// Runs the snippets of all pages against a real server: `node snippets/run.mjs [page…]`. README, ARCHITECTURE and
// CONTRIBUTING are pages too. The last line is `N passed, N failed, N skipped`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { startServer } from "@tidegauge/server";
import { matching, pages, ROOT } from "../book.mjs";
import { blocksOf } from "./blocks.mjs";
import { LANGUAGES } from "./languages.mjs";
import { run } from "./process.mjs";
import { seed } from "./seed.mjs";
import { checkSettings } from "./settings.mjs";
import { linkTools, MissingTool } from "./tools.mjs";

/** Pages whose blocks are tried elsewhere, and where. */
const TRIED_ELSEWHERE = [
  [/^examples\//, "examples/run.sh installs and runs the example"],
  [/^CONTRIBUTING\.md$/, "it works on the clone itself; .ci/run is made of these commands"],
];

/** Two cores. */
const PAGES_AT_ONCE = 3;

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const counts = { passed: 0, failed: 0, skipped: 0 };

function report(outcome, what, text = "") {
  counts[outcome]++;
  if (outcome !== "passed") console.log(`${outcome}: ${what}${text === "" ? "" : `: ${text.trim()}`}`);
}

/** The blocks that run as one: a block that `continues` is joined to the one before it in its language. */
function joined(blocks) {
  const units = [];
  for (const block of blocks) {
    const previous = units.findLast(({ language }) => language === block.language);
    if (block.notes.continues === undefined || previous === undefined) units.push({ ...block });
    else previous.code += block.code;
  }
  return units;
}

/** @param {import("./blocks.mjs").Block} block @param {import("./languages.mjs").Place} place */
async function runBlock(block, place) {
  const what = `${block.page}:${block.line}`;
  const { language, notes, code } = block;
  if (notes.skip !== undefined) {
    if (notes.skip === "") report("failed", what, "the comment that leaves it out gives no reason");
    else report("skipped", what, notes.skip);
    return;
  }
  const attempt = LANGUAGES[language];
  if (attempt === undefined) {
    report(
      "failed",
      what,
      `"${language}" is not a language whose blocks are tried: ${Object.keys(LANGUAGES).join(", ")}`,
    );
    return;
  }
  try {
    if (notes.before !== undefined && language !== "sh") {
      const made = await run("bash", ["-euc", notes.before], { cwd: place.directory, env: place.env });
      if (made.code !== 0) throw new Error(`its preparation failed: ${made.stderr}`);
    }
    if (notes.file !== undefined) {
      writeFileSync(join(place.directory, notes.file), code);
      report("passed", what);
      return;
    }
    const script = language === "sh" && notes.before !== undefined ? `${notes.before}\n${code}` : code;
    const wrong = await attempt({ ...block, code: script }, place);
    report(wrong === undefined ? "passed" : "failed", what, wrong);
  } catch (error) {
    const isMissing = error instanceof MissingTool && process.env.CI !== "true";
    report(isMissing ? "skipped" : "failed", what, error.message);
  }
}

async function runPage(page, { url, work, tools, names }) {
  const source = readFileSync(join(ROOT, page), "utf8");
  // The specification also names what is not offered.
  if (!page.startsWith("docs/specification/")) {
    const settings = checkSettings(source, names);
    for (const problem of settings.problems) report("failed", page, problem);
    if (settings.checked > 0 && settings.problems.length === 0) report("passed", page);
  }

  let blocks;
  try {
    blocks = blocksOf(page, source);
  } catch (error) {
    report("failed", page, error.message);
    return;
  }
  const directory = join(work, page.replace(/\.md$/, "").replaceAll("/", "-"));
  mkdirSync(directory);
  writeFileSync(join(directory, "app.js"), "setTimeout(() => {}, 50);\n");
  writeFileSync(join(directory, "package.json"), '{ "name": "app" }\n');
  const env = {
    ...process.env,
    PATH: [here("bin"), tools].join(delimiter),
    ELASTIC_APM_SERVER_URL: url,
    ELASTIC_APM_CLOUD_PROVIDER: "none",
    ELASTIC_APM_LOG_LEVEL: "warning",
    TIDEGAUGE_LOG_LEVEL: "error",
    TIDEGAUGE_URL: url,
    NO_COLOR: "1",
  };
  const place = { directory, env, url, output: "" };
  const elsewhere = TRIED_ELSEWHERE.find(([pattern]) => pattern.test(page))?.[1];
  for (const block of joined(blocks)) {
    await runBlock(elsewhere === undefined ? block : { ...block, notes: { skip: elsewhere } }, place);
  }
}

/** Every setting the sources name, and those that `tidegauge serve` makes of its flags. */
function knownNames() {
  const options = { encoding: "utf8", cwd: ROOT };
  const sources = ["packages", "conformance", "bench", "scripts", ".ci"];
  const found = spawnSync(
    "git",
    ["grep", "-hoE", "(TIDEGAUGE|ELASTIC_APM)_[A-Z0-9_]+", "--", ...sources, ":!*.md"],
    options,
  );
  const help = spawnSync(process.execPath, ["packages/cli/bin/tidegauge.js", "serve", "--help"], options);
  return new Set([...found.stdout.split("\n"), ...help.stdout.match(/TIDEGAUGE_[A-Z_]+/g)]);
}

async function main(only) {
  const all = ["README.md", ...matching("packages/*/README.md"), ...pages()].filter(
    (page) => !page.startsWith("docs/reference/"),
  );
  const chosen = only.length === 0 ? all : only.map((page) => relative(ROOT, resolve(page)));
  const cache = join(ROOT, "docs/.cache");
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, "snippets-"));
  const data = mkdtempSync(join(tmpdir(), "tidegauge-snippets-"));
  const server = await startServer({ port: 0, dataDir: data, logLevel: "error" });
  try {
    await seed(server.url);
    symlinkSync(ROOT, join(work, "tidegauge")); // pages say ../tidegauge
    const shared = { url: server.url, work, tools: linkTools(join(work, "tools")), names: knownNames() };
    const left = chosen.filter((page) => existsSync(join(ROOT, page)));
    const worker = async () => {
      for (let page = left.shift(); page !== undefined; page = left.shift()) await runPage(page, shared);
    };
    await Promise.all(Array.from({ length: PAGES_AT_ONCE }, worker));
  } finally {
    await server.close();
    for (const directory of [work, data]) rmSync(directory, { recursive: true, force: true });
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
