import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const ARCHITECTURE = readFileSync(join(ROOT, "ARCHITECTURE.md"), "utf8");
const TRACKED = execFileSync("git", ["ls-files"], { cwd: ROOT, encoding: "utf8" }).trim().split("\n");

/** All folders with a tracked file, from the root. */
const FOLDERS = new Set(
  TRACKED.flatMap((file) => {
    const parts = file.split("/").slice(0, -1);
    return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
  }),
);

/** What stands in backticks. */
const QUOTED = [...ARCHITECTURE.matchAll(/`([^`\n]+)`/g)].map(([, text]) => text);

/** The folders of the listing under "Every folder", from the root. */
function listed() {
  const [, listing] = /^## Every folder\n.*?```text\n(.*?)```/ms.exec(ARCHITECTURE);
  let parent = "";
  return listing.split("\n").flatMap((line) => {
    const [, indent, name] = /^( *)([\w.-]+(?:\/[\w.-]+)*)\/?(?: |$)/.exec(line) ?? [];
    if (name === undefined) return [];
    if (indent !== "") return [`${parent}/${name}`];
    parent = name;
    return name.startsWith("packages/") ? [] : [name];
  });
}

/** The dependencies table, a row a line. */
const DEPENDENCIES = /^## Dependencies\n(.*?)^## /ms.exec(ARCHITECTURE)[1];

describe("ARCHITECTURE.md", () => {
  it("lists every folder of the root and of the sources, and no other", () => {
    const real = [...FOLDERS].filter((folder) => /^(?!packages$)[^/]+$|^packages\/[^/]+\/src\/[^/]+$/.test(folder));
    expect(listed().sort()).toEqual(real.sort());
  });

  it("names no folder and no file that is not there", () => {
    const paths = QUOTED.filter((text) => /^[\w.-]+(\/[\w.-]*)+$/.test(text));
    expect(paths.length).toBeGreaterThan(15);
    const parents = ["", ...[...FOLDERS].filter((folder) => /^packages\/[^/]+(\/src(\/[^/]+)?)?$/.test(folder))];
    const absent = paths.filter((path) => !parents.some((parent) => existsSync(join(ROOT, parent, path))));
    expect(absent).toEqual([]);
  });

  it("says why each dependency was chosen", () => {
    const missing = TRACKED.filter((file) => /^(packages\/[^/]+\/)?package\.json$/.test(file)).flatMap((file) => {
      const manifest = JSON.parse(readFileSync(join(ROOT, file), "utf8"));
      const names = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"].flatMap((field) =>
        Object.keys(manifest[field] ?? {}),
      );
      return names.filter((name) => !/^@tidegauge\/|^tidegauge$/.test(name) && !DEPENDENCIES.includes(`\`${name}\``));
    });
    expect([...new Set(missing)]).toEqual([]);
  });

  it("pins each dependency to one version", () => {
    const loose = TRACKED.filter((file) => /(^|\/)package\.json$/.test(file) && !file.startsWith("examples/")).flatMap(
      (file) => {
        const manifest = JSON.parse(readFileSync(join(ROOT, file), "utf8"));
        return Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
          .filter(([, range]) => !/^(\d+\.\d+\.\d+(-[\w.]+)?|file:.*|npm:.*@\d+\.\d+\.\d+)$/.test(range))
          .map(([name, range]) => `${file}: ${name} ${range}`);
      },
    );
    expect(loose).toEqual([]);
  });
});
