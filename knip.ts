import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { KnipConfig } from "knip";

/** What the agent loads with `require` at first use. knip follows these calls to the file, but not into its exports. */
const loadedLate = readdirSync("packages/agent/src", { recursive: true, encoding: "utf8" })
  .filter((file) => /(?<!\.test)\.ts$/.test(file))
  .map((file) => join("packages/agent/src", file))
  .flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/(?<!\.)\brequire\("(\.[^"]+)\.js"\)/g)].map(([, target]) =>
      relative("packages/agent", `${join(file, "..", target ?? "")}.ts`),
    ),
  );

const config: KnipConfig = {
  ignoreExportsUsedInFile: { interface: true, type: true },
  ignoreBinaries: ["mount", "umount", "openssl", "script"],
  workspaces: {
    ".": {
      entry: [
        "scripts/*.mjs",
        "conformance/vitest.config.mts",
        "conformance/*/*.{mjs,cjs}",
        "bench/*/*.{mjs,cjs}",
        "docs/*.mjs",
      ],
      project: ["scripts/*.mjs", "conformance/**/*.{mjs,cjs,mts}", "bench/**/*.{mjs,cjs}", "docs/*.mjs"],
      // Programs that a suite or a bench starts.
      ignore: ["{conformance,bench}/*/{apps,applications,node}/**"],
      ignoreDependencies: [
        "@changesets/config", // only its schema, for editors
        "axe-core", // its file is read into the page
        "undici", // the agent's optional peer, in one version for all
        // What suites and docs install by lockfiles of their own:
        "@opentelemetry/.+",
        "@prometheus-io/client",
        "elastic-apm-node.*",
        "markdown-it",
        "measured-core",
        "mongodb",
        "prom-client",
        "typedoc",
      ],
    },
    "packages/agent": { entry: [...loadedLate, "src/**/*.testing.mjs"], ignoreDependencies: ["pino"] },
    "packages/cli": { entry: ["src/demo/{shop,worker,database,load}.ts"] },
    "packages/*": {},
  },
};

export default config;
