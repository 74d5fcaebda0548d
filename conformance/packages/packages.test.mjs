// The packages as users get them: the tarballs of a release dry-run, judged by publint, attw, knip and size-limit, and
// installed into empty projects of every kind.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NODE_LINES, nodeOf } from "./node-lines.mjs";
import { IMPORT, JEST, REQUIRE, TYPED, VITEST } from "./programs.mjs";
import { directory, EmptyProject, ROOT, run } from "./project.mjs";

const PACKAGES = ["protocol", "agent", "server", "cli"];
/** Size on disk of the agent and what comes with it. */
const AGENT_LIMIT_BYTES = 600_000;

/** Tarball by folder name. */
const tarballs = {};

beforeAll(() => {
  const packed = join(directory.path, "packed");
  run(ROOT, process.execPath, "scripts/release.mjs", "--dry-run", "--tarballs", packed);
  for (const file of readdirSync(packed)) {
    const folder = /^tidegauge-(?:([a-z]+)-)?\d/.exec(file)?.[1] ?? "cli";
    tarballs[folder] = join(packed, file);
  }
}, 300_000);

afterAll(() => directory.remove());

/** An empty project with the agent in it, and what else it needs. */
const withAgent = (name, manifest = {}, more = []) =>
  new EmptyProject(name, manifest, [tarballs.protocol, tarballs.agent, ...more]);

describe("the repository", () => {
  it("has no file, export or dependency that nothing uses, by knip", () => {
    run(ROOT, "npx", "knip", "--no-progress");
  });

  it("keeps the page's first load and the agent below their limits, by size-limit", () => {
    run(ROOT, "npx", "size-limit");
  });
});

describe("each package", () => {
  it("is there after a release dry-run, which has looked through it", () => {
    expect(Object.keys(tarballs).sort()).toEqual([...PACKAGES].sort());
  });

  it.each(PACKAGES)("%s passes publint", (name) => {
    run(directory.path, "npx", "-y", "publint@0.3.25", "run", tarballs[name], "--strict");
  });

  // The command has nothing to import.
  it.each([
    ["protocol", "node16"],
    ["agent", "node16"],
    ["server", "esm-only"],
  ])("%s has types that resolve as its code does, by attw", (name, profile) => {
    run(directory.path, "npx", "-y", "@arethetypeswrong/cli@0.18.5", tarballs[name], "--profile", profile);
  });
});

describe("the agent, installed", () => {
  let plain;

  beforeAll(() => {
    plain = withAgent("plain");
    plain.write("required.cjs", REQUIRE);
    plain.write("imported.mjs", IMPORT);
  }, 120_000);

  it("brings no third-party package and stays within 600 KB", () => {
    const modules = join(plain.path, "node_modules");
    expect(readdirSync(modules).filter((name) => !name.startsWith("."))).toEqual(["@tidegauge"]);
    const bytes = readdirSync(join(modules, "@tidegauge"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
    expect(bytes).toBeLessThanOrEqual(AGENT_LIMIT_BYTES);
  });

  it("ships a declaration if and only if its entry points lead to it", () => {
    const root = join(plain.path, "node_modules", "@tidegauge", "agent");
    const reached = new Set();
    const visit = (file) => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const [, target] of readFileSync(join(root, file), "utf8").matchAll(/(?:from |import\()"(\.[^"]+)\.js"/g)) {
        visit(`${join(file, "..", target)}.d.ts`);
      }
    };
    for (const entry of ["index", "register", "opentelemetry/index", "testing/index", "diagnosis"])
      visit(`dist/${entry}.d.ts`);
    const shipped = readdirSync(root, { recursive: true }).filter((file) => file.endsWith(".d.ts"));
    expect(shipped.sort()).toEqual([...reached].sort());
  });

  // `new (require("x")).Class()` loses its parentheses in the compiler, and calls the class without `new`.
  it("constructs no class in the step that loads it", () => {
    const root = join(plain.path, "node_modules", "@tidegauge");
    const files = readdirSync(root, { recursive: true }).filter((file) => file.endsWith(".js"));
    expect(files.length).toBeGreaterThan(100);
    expect(files.filter((file) => readFileSync(join(root, file), "utf8").includes("new require("))).toEqual([]);
  });

  it.each(NODE_LINES)("works by require and by import on Node %s", (line) => {
    expect(plain.run(nodeOf(line), "required.cjs")).toBe("counted 10\n");
    expect(plain.run(nodeOf(line), "imported.mjs")).toBe("counted 10\n");
  });

  it("gives one and the same classes to require and import", () => {
    plain.write(
      "both.mjs",
      `import { createRequire } from "node:module";
      import * as imported from "@tidegauge/agent";
      const required = createRequire(import.meta.url)("@tidegauge/agent");
      const names = Object.keys(required);
      console.log(names.length > 5, names.every((name) => imported[name] === required[name]));`,
    );
    expect(plain.run(process.execPath, "both.mjs")).toBe("true true\n");
  });

  it.each([
    ["node16", "node16", "typed.mts"],
    ["node16", "node16", "typed.cts"],
    ["nodenext", "nodenext", "typed.mts"],
    ["nodenext", "nodenext", "typed.cts"],
    ["esnext", "bundler", "typed.ts"],
  ])("type-checks in a TypeScript project with module %s, resolution %s, as %s", (module, moduleResolution, file) => {
    plain.write(file, TYPED);
    plain.addTypes();
    plain.typeCheck({ module, moduleResolution }, file);
  });

  it("works under Jest on every Node", () => {
    const project = withAgent("jest-project", {}, ["jest@30.5.2"]);
    project.write("agent.test.js", JEST);
    for (const line of NODE_LINES) project.run(nodeOf(line), "node_modules/jest/bin/jest.js");
  }, 240_000);

  it("works under Vitest on every Node", () => {
    const project = withAgent("vitest-project", { type: "module" }, ["vitest@4.1.12"]);
    project.write("agent.test.js", VITEST);
    for (const line of NODE_LINES) project.run(nodeOf(line), "node_modules/vitest/vitest.mjs", "run");
  }, 240_000);

  it("works bundled by esbuild and by webpack on every Node", () => {
    const project = withAgent("bundled", {}, ["esbuild@0.25.9", "webpack@5.113.0", "webpack-cli@6.0.0"]);
    project.write("entry.mjs", IMPORT);
    const flags = ["--bundle", "--platform=node", "--log-level=error", "--external:undici"]; // the optional peer
    project.run("npx", "esbuild", "entry.mjs", "--outfile=by-esbuild.cjs", ...flags);
    project.write(
      "webpack.config.js",
      `module.exports = { mode: "production", target: "node20", entry: "./entry.mjs", externals: ["undici"],
        output: { path: __dirname, filename: "by-webpack.cjs" } };`,
    );
    project.run("npx", "webpack", "--stats=errors-only");
    for (const line of NODE_LINES) {
      expect(project.run(nodeOf(line), "by-esbuild.cjs")).toBe("counted 10\n");
      expect(project.run(nodeOf(line), "by-webpack.cjs")).toBe("counted 10\n");
    }
  }, 240_000);
});

describe("the command and the server, installed", () => {
  let project;

  beforeAll(() => {
    project = new EmptyProject("command", { type: "module" }, Object.values(tarballs));
    project.write(
      "serve.mjs",
      `import { startServer } from "@tidegauge/server";
      const server = await startServer({ port: 0, dataDir: process.argv[2], logLevel: "error" });
      const page = await (await fetch(server.url, { headers: { Accept: "text/html" } })).text();
      const ready = await fetch(server.url + "/readyz");
      await server.close();
      console.log(page.includes("<script"), ready.status);`,
    );
  }, 240_000);

  it.each(NODE_LINES)("work on Node %s", (line) => {
    const { version } = JSON.parse(readFileSync(join(project.path, "node_modules/tidegauge/package.json"), "utf8"));
    const command = "node_modules/tidegauge/bin/tidegauge.js";
    expect(project.run(nodeOf(line), command, "--version")).toBe(`${version}\n`);
    expect(project.run(nodeOf(line), "serve.mjs", `data-${line}`)).toBe("true 200\n");
  });

  it("has the command on the path of npx", () => {
    expect(project.run("npx", "tidegauge", "--help")).toContain("Usage: tidegauge");
  });

  it("type-check in an ES module", () => {
    project.write(
      "typed.mts",
      `import { type RunningServer, startServer } from "@tidegauge/server";
      import type { QueryResponse } from "@tidegauge/protocol/query";
      export const start = (): Promise<RunningServer> => startServer({ port: 0 });
      export const unit = (answer: QueryResponse): string | null => answer.unit;`,
    );
    project.addTypes();
    project.typeCheck({ module: "nodenext", moduleResolution: "nodenext" }, "typed.mts");
  });
});

describe("what is published", () => {
  it("has the licence of the repository, word for word", () => {
    const licence = readFileSync(join(ROOT, "LICENSE"), "utf8");
    for (const name of PACKAGES) {
      expect(readFileSync(join(ROOT, "packages", name, "LICENSE"), "utf8"), name).toBe(licence);
    }
  });
});
