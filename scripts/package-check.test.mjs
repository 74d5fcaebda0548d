import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkPackage } from "./package-check.mjs";

const RELEASE = { version: "1.2.3", siblings: ["@tidegauge/protocol"] };
const MANIFEST = {
  name: "tidegauge",
  version: "1.2.3",
  license: "Apache-2.0",
  engines: { node: ">=20" },
  main: "./dist/index.js",
  bin: { tidegauge: "./bin/tidegauge.js" },
  dependencies: { "@tidegauge/protocol": "1.2.3", commander: "14.0.3" },
};

let directory;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tidegauge-package-"));
  write("package.json", JSON.stringify(MANIFEST));
  write("LICENSE", "Apache");
  write("README.md", "# tidegauge");
  write("dist/index.js", "export {};\n");
  write("dist/index.d.ts", "/** What it is. */\nexport declare const it: 1;\n");
  write("bin/tidegauge.js", '#!/usr/bin/env node\nimport "../dist/index.js";\n');
  chmodSync(join(directory, "bin/tidegauge.js"), 0o755);
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function write(file, text) {
  mkdirSync(dirname(join(directory, file)), { recursive: true });
  writeFileSync(join(directory, file), text);
}

const withManifest = (change) => write("package.json", JSON.stringify({ ...MANIFEST, ...change }));

describe("checkPackage", () => {
  it("finds nothing wrong with a package as it should be", () => {
    expect(checkPackage(directory, RELEASE)).toEqual([]);
  });

  it.each([
    ["a licence that is left out", () => rmSync(join(directory, "LICENSE")), "LICENSE is missing"],
    ["a test", () => write("dist/index.test.js", ""), "dist/index.test.js is of no use"],
    ["sources", () => write("src/index.ts", ""), "src/index.ts is of no use"],
    ["a source map", () => write("dist/index.js.map", ""), "dist/index.js.map is of no use"],
    [
      "a map that is not there",
      () => write("dist/index.js", "//# sourceMappingURL=index.js.map"),
      "names the source map index.js.map",
    ],
    [
      "types without docstrings",
      () => write("dist/index.d.ts", "export declare const it: 1;\n"),
      "its types have no docstrings",
    ],
    ["another version", () => withManifest({ version: "1.2.2" }), "its version is 1.2.2, not 1.2.3"],
    [
      "another version of a package released with it",
      () => withManifest({ dependencies: { "@tidegauge/protocol": "^1.2.3" } }),
      "it needs @tidegauge/protocol ^1.2.3, not 1.2.3",
    ],
    ["a dependency from a folder", () => withManifest({ dependencies: { x: "file:../x" } }), "x comes from file:../x"],
    ["a script at installation", () => withManifest({ scripts: { postinstall: "x" } }), "it would run postinstall"],
    [
      "an entry point that is not there",
      () => withManifest({ exports: { ".": { types: "./dist/a.d.ts" } } }),
      "names ./dist/a.d.ts, which is missing",
    ],
    ["a command nobody can run", () => chmodSync(join(directory, "bin/tidegauge.js"), 0o644), "is not executable"],
    ["a command without its first line", () => write("bin/tidegauge.js", "0"), "does not start node"],
  ])("finds %s", (_, spoil, problem) => {
    spoil();
    expect(checkPackage(directory, RELEASE)).toEqual([expect.stringContaining(problem)]);
  });
});
