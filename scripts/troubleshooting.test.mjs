import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGE = readFileSync(join(ROOT, "docs", "troubleshooting.md"), "utf8");
const SHORTEST_FRAGMENT = 12;

/** What users run, without tests and the demo. */
const SOURCES = ["agent", "server", "protocol", "cli"].flatMap((name) => {
  const directory = join(ROOT, "packages", name, "src");
  return readdirSync(directory, { recursive: true })
    .filter((file) => /\.ts$/.test(file) && !/\.(test|testing|test-d|cases|bench)\.ts$|^(testing|demo)\b/.test(file))
    .map((file) => ({ file: `${name}/${file}`, text: readFileSync(join(directory, file), "utf8") }));
});

/** The text between the parenthesis before `start` and the one that closes it. */
function argumentsAt(text, start) {
  let depth = 1;
  let end = start;
  for (; depth > 0 && end < text.length; end++) depth += { "(": 1, ")": -1 }[text[end]] ?? 0;
  return text.slice(start, end - 1);
}

/** The longest piece of a message without variables, or undefined where the message is made elsewhere. */
function fragmentOf(code) {
  const literals = [...code.replaceAll(/"[\w.]+":/g, "").matchAll(/`([^`]*)`|"((?:[^"\\\n]|\\.)*)"/g)].map(
    ([, template, plain]) => template ?? plain,
  );
  const fragments = literals.flatMap((literal) => literal.replaceAll('\\"', '"').split(/\$\{[^}]*\}/));
  const longest = fragments.map((text) => text.trim()).sort((a, b) => b.length - a.length)[0] ?? "";
  return longest.length < SHORTEST_FRAGMENT ? undefined : longest;
}

/** Messages of level warn and error, each by its longest constant piece. */
function messages() {
  return SOURCES.filter(({ file }) => /^(agent|server)/.test(file)).flatMap(({ file, text }) =>
    [...text.matchAll(/(?:\.(?:warn|error)\(|\blog\(\s*"(?:warn|error)",)/g)].flatMap(({ 0: call, index }) => {
      const fragment = fragmentOf(argumentsAt(text, index + call.length));
      return fragment === undefined ? [] : [{ file, fragment }];
    }),
  );
}

/** Codes of errors that are thrown, and of answers of the API. */
function codes() {
  const patterns = [
    /new (?:Agent|Server|Store|Output|FileClosed|WorkerCall)Error\(\s*"(\w+)"/g,
    /\b(?:sendError|refuse)\(\s*\w+,\s*[\w.]+,\s*"(\w+)"/g,
    /\[\d{3}, "(\w+)"\]/g,
    /new BadQuery\("(\w+)"/g,
    /\b(?:readonly code =|code:) "([A-Z]\w+)"/g,
    /"(missing_\w+)"/g,
    /\b(?:[A-Z_]+) = "((?:NO|PROXY|CERT|AGENT)_\w+)"/g,
    /sendError\("(\w+)"/g,
  ];
  const found = new Set();
  for (const { text } of SOURCES) {
    for (const pattern of patterns) for (const [, code] of text.matchAll(pattern)) found.add(code);
    // Types that list codes: `type XErrorCode = | "A" | "B";` and `readonly code: "A" | "B"`.
    for (const [, list] of text.matchAll(/(?:ErrorCode =|readonly code:)([^;,]*)[;,]/g))
      for (const [, code] of list.matchAll(/"(\w+)"/g)) found.add(code);
  }
  return found;
}

/** The first column of the tables below a heading that ends in `(codes)` or `(log lines)`. */
function column(kind) {
  const sections = PAGE.split(/^## /m).filter((section) => section.split("\n", 1)[0].endsWith(`(${kind})`));
  return sections.flatMap((section) =>
    [...section.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell]) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text),
    ),
  );
}

describe("docs/troubleshooting.md", () => {
  it("explains every code", () => {
    const explained = new Set(column("codes"));
    expect([...codes()].filter((code) => !explained.has(code))).toEqual([]);
  });

  it("explains no code that is gone", () => {
    const known = codes();
    // A parameter's code is made of its name: bad_from, bad_step …
    expect(column("codes").filter((code) => !known.has(code) && !code.startsWith("bad_"))).toEqual([]);
  });

  it("explains every warning and error in the logs", () => {
    const all = messages();
    expect(all.length).toBeGreaterThan(50);
    expect(all.filter(({ fragment }) => !PAGE.includes(fragment))).toEqual([]);
  });

  it("explains no log line that is gone", () => {
    const sources = SOURCES.map(({ text }) => text.replaceAll('\\"', '"')).join("\n");
    const gone = column("log lines").filter(
      (line) => !line.split("…").every((fragment) => sources.includes(fragment.trim())),
    );
    expect(gone).toEqual([]);
  });
});
