import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const DECLARATION =
  /^export (?:default |declare |abstract |async )*(?:class|function\*?|const|let|interface|type|enum|namespace) (\w+)/;
const ONE_LINE = /^export (?:const|type) .*;$/;

/** Sources whose exports others use: tests and what only tests load are left out. */
function sources() {
  return execFileSync("git", ["ls-files", "--", "packages/*/src/*"], { cwd: ROOT, encoding: "utf8" })
    .split("\n")
    .filter((file) => /\.tsx?$/.test(file) && !/\.(test|test-d|bench|cases|testing)\.tsx?$/.test(file));
}

/**
 * The exported declarations of a source without a docstring. A docstring serves a block of one-line constants or types
 * that stand together (`GAUGE`, `SUM`, …), and a component's properties are told by the component.
 */
function undocumented(text) {
  const lines = text.split("\n");
  const told = (index) => {
    if (/\*\/\s*$/.test(lines[index - 1] ?? "")) return true;
    return ONE_LINE.test(lines[index]) && ONE_LINE.test(lines[index - 1] ?? "") && told(index - 1);
  };
  return lines.flatMap((line, index) => {
    const name = DECLARATION.exec(line)?.[1];
    return name === undefined || name.endsWith("Props") || told(index) ? [] : [name];
  });
}

describe("docstrings", () => {
  it("stand above every export", () => {
    const missing = sources().flatMap((file) =>
      undocumented(readFileSync(join(ROOT, file), "utf8")).map((name) => `${file}: ${name}`),
    );
    expect(sources().length).toBeGreaterThan(300); // a listing that finds nothing would miss nothing
    expect(missing).toEqual([]);
  });

  it("are missed where they are not", () => {
    const text =
      "/** A. */\nexport const A = 1;\nexport const B = 2;\n\nexport const C = 3;\nexport function d() {\n}\n// no\nexport class E {\n";
    expect(undocumented(text)).toEqual(["C", "d", "E"]);
  });
});
