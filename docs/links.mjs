#!/usr/bin/env node
// Checks every link of the pages: `node links.mjs` those of the Markdown files, as GitHub follows them, and of the built
// book, as a browser does. A file, page, heading or picture that is not there is an error, and so is anything a page of
// the book would load from another host.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { INDEX, matching, pages, parts, ROOT } from "./book.mjs";
import { anchorsOf, tokensOf } from "./headings.mjs";

const EXTERNAL = /^[a-z][a-z0-9+.-]*:/i;

/** Markdown that is no page of the book and is read on GitHub. */
const OUTSIDE = ["packages/*/README.md", "bench/*/README.md", "conformance/*/README.md"];

/**
 * @param {string} root
 * @param {readonly string[]} files Markdown files, by their path in it
 * @returns {{ checked: number, problems: string[] }}
 */
export function checkMarkdown(root, files) {
  const problems = [];
  let checked = 0;
  for (const file of files) {
    for (const { href, line } of linksIn(readFileSync(join(root, file), "utf8"))) {
      if (EXTERNAL.test(href)) continue;
      checked++;
      const problem = followOnGitHub(root, file, href);
      if (problem !== undefined) problems.push(`${file}:${line}: ${href}: ${problem}`);
    }
  }
  return { checked, problems };
}

function* linksIn(source) {
  let line = 0;
  for (const token of tokensOf(source)) {
    line = token.map?.[0] ?? line; // cells of a table have none: the row's
    for (const child of token.children ?? []) {
      const href = child.attrGet("href") ?? child.attrGet("src");
      if (href !== null) yield { href, line: line + 1 };
    }
  }
}

function followOnGitHub(root, from, href) {
  const [path, anchor] = href.split("#").map(decodeURIComponent);
  let target = path === "" ? from : posix.join(posix.dirname(from), path);
  if (!existsSync(join(root, target))) return "there is no such file";
  if (statSync(join(root, target)).isDirectory()) {
    const page = ["README.md", "index.md"]
      .map((name) => posix.join(target, name))
      .find((p) => existsSync(join(root, p)));
    if (page === undefined) return undefined; // GitHub lists the folder
    target = page;
  }
  if (anchor === undefined || !target.endsWith(".md")) return undefined;
  if (anchorsOf(tokensOf(readFileSync(join(root, target), "utf8"))).has(anchor)) return undefined;
  return `${target} has no such heading`;
}

/**
 * @param {string} directory the built book
 * @returns {{ checked: number, problems: string[] }}
 */
export function checkBook(directory) {
  const problems = [];
  if (!existsSync(directory)) return { checked: 0, problems: ["the book is not built"] };
  const html = readdirSync(directory, { recursive: true }).filter((file) => file.endsWith(".html"));
  const ids = new Map();
  const idsOf = (file) => {
    if (!ids.has(file)) {
      const text = readFileSync(join(directory, file), "utf8");
      ids.set(file, new Set([...text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id)));
    }
    return ids.get(file);
  };
  let checked = 0;
  for (const file of html) {
    const text = readFileSync(join(directory, file), "utf8");
    for (const [, element, name, value] of text.matchAll(/<(\w+)\b[^>]*?\s(href|src)="([^"]*)"/g)) {
      checked++;
      if (EXTERNAL.test(value) || value.startsWith("//")) {
        const isFollowed = element === "a" || value.startsWith("data:");
        if (!isFollowed) problems.push(`${file}: <${element} ${name}="${value}"> is loaded from another host`);
        continue;
      }
      const [path, anchor] = value.split("#").map(decodeURIComponent);
      const at = path === "" ? file : path.startsWith("/") ? path.slice(1) : posix.join(posix.dirname(file), path);
      const target = [at, posix.join(at, "index.html")].find(
        (candidate) => existsSync(join(directory, candidate)) && statSync(join(directory, candidate)).isFile(),
      );
      if (target === undefined) problems.push(`${file}: ${value}: there is no such file`);
      else if (anchor && target.endsWith(".html") && !idsOf(target).has(anchor))
        problems.push(`${file}: ${value}: ${target} has no such heading`);
    }
  }
  return { checked, problems };
}

/** Pages the parts name that do not exist, and pages of docs/ no part names. @returns {string[]} */
export function checkParts() {
  const listed = new Set(pages());
  const missing = [...listed].filter((page) => !existsSync(join(ROOT, page)));
  const unlisted = matching("docs/**/*.md").filter((page) => !listed.has(page));
  const empty = parts().filter((part) => part.pages.length === 0);
  return [
    ...missing.map((page) => `docs/book.mjs: ${page} does not exist`),
    ...unlisted.map((page) => `docs/book.mjs: ${page} is in no part`),
    ...empty.map((part) => `docs/book.mjs: the part "${part.title}" has no page`),
  ];
}

function main() {
  const here = dirname(fileURLToPath(import.meta.url));
  const sources = [...pages(), "README.md", ...OUTSIDE.flatMap(matching)].filter((page) =>
    existsSync(join(ROOT, page)),
  );
  const inSources = checkMarkdown(
    ROOT,
    sources.filter((page) => !page.startsWith("docs/reference/")),
  );
  const inBook = checkBook(join(here, ".vitepress/dist"));
  const problems = [...checkParts(), ...inSources.problems, ...inBook.problems];
  for (const problem of problems) console.log(problem);
  const good = inSources.checked + inBook.checked - inSources.problems.length - inBook.problems.length;
  console.log(`${good} links hold in ${sources.length} pages from ${relative(ROOT, join(ROOT, INDEX))} on`);
  return problems.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main();
