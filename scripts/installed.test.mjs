import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));

/** As the packages' tsconfig.json leave them out of the build. */
const NOT_BUILT = /\.(test|test-d|bench|cases|testing)\.tsx?$/;

/** `[file, package]` for every import of a package in what `npm start` compiles and bundles. */
function packageImports() {
  return ["protocol", "agent", "server", "cli", "dashboard"].flatMap((name) => {
    const source = join(ROOT, "packages", name, "src");
    return readdirSync(source, { recursive: true, encoding: "utf8" })
      .filter((file) => /\.tsx?$/.test(file) && !NOT_BUILT.test(file))
      .flatMap((file) => {
        const text = readFileSync(join(source, file), "utf8");
        const specifiers = [
          ...text.matchAll(/^(?:import|export)\b[^;]*?\bfrom "([^".#][^"]*)"|\bimport\("([^".#][^"]*)"\)/gm),
        ];
        return specifiers.map(([, from, dynamic]) => [join("packages", name, "src", file), packageOf(from ?? dynamic)]);
      })
      .filter(([, wanted]) => !wanted.startsWith("node:") && !builtinModules.includes(wanted));
  });
}

const packageOf = (specifier) =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

/** Licences that allow use and distribution with an Apache-2.0 product. MPL-2.0 binds only changes to its own files. */
const LICENCES = new Set([
  "MIT",
  "Apache-2.0",
  "ISC",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "0BSD",
  "MPL-2.0",
  "MIT OR Apache-2.0",
]);

describe("what npm start installs", () => {
  it("is licensed for use with an Apache-2.0 product", () => {
    const installed = Object.entries(lock.packages).filter(
      ([path, { link, dev }]) => path.startsWith("node_modules/") && !link && !dev,
    );
    expect(installed.length).toBeGreaterThan(40);
    expect(
      installed.filter(([, { license }]) => !LICENCES.has(license)).map(([path, { license }]) => `${path}: ${license}`),
    ).toEqual([]);
  });

  it("holds every package that its build imports, types too", () => {
    const imports = packageImports();
    expect(imports.length).toBeGreaterThan(50);
    const missing = imports.filter(([, name]) => {
      const entry = lock.packages[`node_modules/${name}`];
      return entry === undefined || entry.dev === true;
    });
    expect(missing).toEqual([]);
  });
});
