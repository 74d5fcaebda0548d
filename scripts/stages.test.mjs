import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const BIOME = join(ROOT, "node_modules", "@biomejs", "biome", "bin", "biome");
const RULES = ["--only=style/noRestrictedImports", "--only=suspicious/noImportCycles", "--max-diagnostics=none"];

/** `[file, import]`: against the one direction of the stages. */
const FORBIDDEN = [
  ["packages/protocol/src/encode/label.ts", "@tidegauge/agent"],
  ["packages/agent/src/instruments/counter.ts", "../metricset.js"],
  ["packages/agent/src/instruments/counter.ts", "../transport/queue.js"],
  ["packages/agent/src/sets/cpu.ts", "../collector.js"],
  ["packages/agent/src/sets/linux/stat.ts", "../../transport/queue.js"],
  ["packages/agent/src/tracing/span.ts", "../hooks/http.js"],
  ["packages/agent/src/transport/queue.ts", "../registry.js"],
  ["packages/agent/src/transport/queue.ts", "../instruments/counter.js"],
  ["packages/agent/src/config/config.ts", "../client.js"],
  ["packages/agent/src/client.ts", "@tidegauge/server"],
  ["packages/server/src/admission/guard.ts", "../intake/stream.js"],
  ["packages/server/src/intake/stream.ts", "../store/store.js"],
  ["packages/server/src/intake/stream.ts", "../elasticsearch/bulk.js"],
  ["packages/server/src/output/output.ts", "../store/store.js"],
  ["packages/server/src/store/store.ts", "../query/plan.js"],
  ["packages/server/src/store/store.ts", "../intake/stream.js"],
  ["packages/server/src/query/plan.ts", "../intake/stream.js"],
  ["packages/server/src/server.ts", "@tidegauge/agent"],
  ["packages/server/src/store/store.ts", "@tidegauge/agent"],
  ["packages/dashboard/src/api/query.ts", "@tidegauge/server"],
];

/** Along the direction, or between tests: nobody minds. */
const ALLOWED = [
  ["packages/agent/src/collector.ts", "./instruments/counter.js"],
  ["packages/agent/src/collector.ts", "./transport/transport.js"],
  ["packages/agent/src/sets/cpu.ts", "../metricset.js"],
  ["packages/agent/src/instruments/counter.test.ts", "../metricset.js"],
  ["packages/server/src/intake/stream.ts", "../output/output.js"],
  ["packages/server/src/query/plan.ts", "../store/store.js"],
  ["packages/cli/src/serve.ts", "@tidegauge/server"],
  ["packages/dashboard/src/api/query.ts", "@tidegauge/protocol/query"],
];

let directory;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "tidegauge-stages-"));
  const configuration = JSON.parse(readFileSync(join(ROOT, "biome.json"), "utf8"));
  delete configuration.$schema;
  delete configuration.vcs; // the directory is no repository
  writeFileSync(join(directory, "biome.json"), JSON.stringify(configuration));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Lints one file that imports `specifier`, where it would stand in a repository with our configuration. */
function lint(file, specifier) {
  const path = join(directory, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `import type { Thing } from "${specifier}";\n\nexport type Other = Thing;\n`);
  const { stdout, stderr } = spawnSync(process.execPath, [BIOME, "lint", ...RULES, file], {
    cwd: directory,
    encoding: "utf8",
  });
  rmSync(path);
  return `${stdout}${stderr}`;
}

/** Every TypeScript source below a directory, tests excluded. */
function sources(path) {
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !/\.(test|test-d|bench)\.tsx?$/.test(name))
    .map((name) => join(path, name));
}

describe("the one direction of the stages", () => {
  it.each(FORBIDDEN)("lint refuses in %s an import of %s", (file, specifier) => {
    expect(lint(file, specifier)).toContain("noRestrictedImports");
  });

  it.each(ALLOWED)("lint allows in %s an import of %s", (file, specifier) => {
    expect(lint(file, specifier)).not.toContain("noRestrictedImports");
  });

  it("holds in every source, without a cycle", () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [BIOME, "lint", ...RULES, "packages"], {
      cwd: ROOT,
      encoding: "utf8",
    });
    expect(`${stdout}${stderr}`).not.toMatch(/noRestrictedImports|noImportCycles/);
    expect(status).toBe(0);
  });

  it("has the page import only types of the protocol", () => {
    const offending = sources(join(ROOT, "packages", "dashboard", "src")).filter((path) =>
      /^import (?!type\b)[^;]*from "@tidegauge\/protocol/m.test(readFileSync(path, "utf8")),
    );
    expect(offending).toEqual([]);
  });

  it("keeps third-party packages out of the agent and the protocol", () => {
    const dependencies = (name) => {
      const manifest = JSON.parse(readFileSync(join(ROOT, "packages", name, "package.json"), "utf8"));
      return Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    };
    expect(dependencies("protocol")).toEqual([]);
    expect(dependencies("agent")).toEqual(["@tidegauge/protocol"]);
  });
});
