import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/**
 * The agent runs compiled to CommonJS, and what few programs need it loads there with `require`, at first use. Tests run its sources as ES modules, where such a
 * file is an import like any other.
 */
const lateRequires: Plugin = {
  name: "tidegauge-late-requires",
  enforce: "pre",
  transform(code, id) {
    if (!/\/packages\/agent\/src\/.*\.ts$/.test(id) || /\.test\.ts$/.test(id)) return undefined;
    const files: string[] = [];
    const body = code.replace(
      /(?<!\.)\brequire\(("(?:\.|@tidegauge\/)[^"]+")\)/g,
      (_call, file: string) => `late${files.push(file) - 1}`,
    );
    // At the end, so that lines keep their numbers.
    return files.length === 0
      ? undefined
      : body + files.map((file, n) => `\nimport * as late${n} from ${file};`).join("");
  },
};

export default defineConfig({
  plugins: [lateRequires],
  test: {
    // An agent with its defaults would ask a cloud's metadata service; a test that wants that says so and gives its own.
    env: { ELASTIC_APM_CLOUD_PROVIDER: "none" },
    include: ["packages/*/src/**/*.test.ts", "scripts/**/*.test.mjs"],
    // 2 shared cores: more workers only add noise.
    maxWorkers: 2,
    // In CI the cores are shared with others: a test that one late process made fail is tried again, and named (scripts/count.mjs).
    retry: process.env.CI === "true" ? 1 : 0,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // A condition is waited for, however busy the machine: vitest's own second is too short.
    expect: { poll: { timeout: 20_000 } },
    typecheck: {
      enabled: true,
      include: ["packages/agent/src/**/*.test-d.ts"],
      tsconfig: "packages/agent/tsconfig.test-d.json",
    },
  },
});
