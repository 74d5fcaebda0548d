import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const EXAMPLES = fileURLToPath(new URL("..", import.meta.url));
const read = (...path) => readFileSync(join(EXAMPLES, ...path), "utf8");
const { version } = JSON.parse(read("..", "packages", "agent", "package.json"));
const names = readdirSync(EXAMPLES).filter((name) => existsSync(join(EXAMPLES, name, "package.json")));

describe.each(names)("%s", (name) => {
  it("stands in the index", () => expect(read("README.md")).toContain(`[${name}](${name})`));

  it("has a README of one screen", () => expect(read(name, "README.md").split("\n").length).toBeLessThan(60));

  it("names exact versions, and of the agent this one", () => {
    const { dependencies, devDependencies } = JSON.parse(read(name, "package.json"));
    for (const found of Object.values({ ...dependencies, ...devDependencies }))
      expect(found).toMatch(/^\d+\.\d+\.\d+$/);
    expect(dependencies["@tidegauge/agent"]).toBe(version);
  });

  it("has a lockfile of the same versions that names no registry", () => {
    const { dependencies, devDependencies } = JSON.parse(read(name, "package.json"));
    const { packages } = JSON.parse(read(name, "package-lock.json"));
    expect(packages[""]).toMatchObject({ dependencies, ...(devDependencies && { devDependencies }) });
    expect(packages["node_modules/@tidegauge/agent"].version).toBe(version);
    for (const [path, entry] of Object.entries(packages)) expect(entry, path).not.toHaveProperty("resolved");
  });
});

it("the index lists nothing that is not there", () => {
  const listed = [...read("README.md").matchAll(/^\| \[([\w-]+)\]/gm)].map(([, name]) => name);
  expect(listed.sort()).toEqual([...names].sort());
});
