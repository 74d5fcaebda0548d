// The packages as users get them: packed from a clean clone of what is committed, judged by publint and attw, and
// installed into empty projects of every kind.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryDirectory } from "../server-process.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TSC = join(ROOT, "node_modules", "typescript", "bin", "tsc");
const PACKAGES = {
  protocol: "@tidegauge/protocol",
  agent: "@tidegauge/agent",
  server: "@tidegauge/server",
  cli: "tidegauge",
};
/** The agent's size on disk, without third-party packages. */
const AGENT_LIMIT_BYTES = 600 * 1024;

const directory = temporaryDirectory();
const clone = join(directory.path, "clone");
/** Tarball by folder name. */
const tarballs = {};

function run(command, args, cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

beforeAll(() => {
  run("git", ["clone", "--quiet", "--no-hardlinks", ROOT, clone], directory.path);
  run("npm", ["run", "build"], clone);
  for (const name of Object.keys(PACKAGES)) {
    const packed = JSON.parse(
      run("npm", ["pack", "--json", "--pack-destination", directory.path], join(clone, "packages", name)),
    );
    tarballs[name] = join(directory.path, packed[0].filename);
  }
}, 300_000);

afterAll(() => directory.remove());

/** An empty project with the agent and the protocol in it, and what else it needs. */
function project(name, manifest, more = []) {
  const path = join(directory.path, name);
  mkdirSync(path);
  writeFileSync(join(path, "package.json"), JSON.stringify({ name, version: "1.0.0", private: true, ...manifest }));
  run(
    "npm",
    ["install", "--no-audit", "--no-fund", "--loglevel=error", tarballs.protocol, tarballs.agent, ...more],
    path,
  );
  return {
    path,
    write: (file, text) => writeFileSync(join(path, file), text),
    run: (command, ...args) => run(command, args, path),
  };
}

/** A program that counts ten and shows what was collected; `load` brings in Client, MetricSet and RecordingTransport. */
const program = (load) => `${load}
const transport = new RecordingTransport();
const client = new Client({ start: false, transport, serviceName: "packed", metricsSets: [] });
const metricset = client.metrics.register(MetricSet);
for (let x = 0; x < 10; x++) metricset.counter("my_counter").inc();
client.collect().then(() => {
  const found = transport.metricsets.find(({ samples }) => samples.my_counter);
  console.log("counted", found.samples.my_counter.value);
});
`;
const REQUIRE = program(`const { Client, MetricSet } = require("@tidegauge/agent");
const { RecordingTransport } = require("@tidegauge/agent/testing");`);
const IMPORT = program(`import { Client, MetricSet } from "@tidegauge/agent";
import { RecordingTransport } from "@tidegauge/agent/testing";`);

describe("each package", () => {
  it.each(Object.keys(PACKAGES))("%s passes publint", (name) => {
    run("npx", ["-y", "publint@0.3.25", "run", tarballs[name], "--strict"], directory.path);
  });

  it.each(["protocol", "agent"])("%s has types that resolve as its code does, by attw", (name) => {
    run("npx", ["-y", "@arethetypeswrong/cli@0.18.5", tarballs[name], "--profile", "node16"], directory.path);
  });

  it.each(["server", "cli"])("%s is an ES module with right types, by attw", (name) => {
    if (name === "cli") return; // a command: nothing to import
    run("npx", ["-y", "@arethetypeswrong/cli@0.18.5", tarballs[name], "--profile", "esm-only"], directory.path);
  });

  it("packs neither tests, sources nor build records", () => {
    for (const tarball of Object.values(tarballs)) {
      const files = run("tar", ["-tzf", tarball], directory.path).trim().split("\n");
      expect(
        files.filter((file) => /\.(test|test-d|bench|cases|testing)\.|\/src\/|tsbuildinfo|\.map$/.test(file)),
      ).toEqual([]);
      expect(files.length).toBeGreaterThan(3);
    }
  });
});

describe("the agent, installed", () => {
  let commonJs;

  beforeAll(() => {
    commonJs = project("plain", {});
  }, 120_000);

  it("brings no third-party package and stays within 600 KB", () => {
    expect(readdirSync(join(commonJs.path, "node_modules")).filter((name) => !name.startsWith("."))).toEqual([
      "@tidegauge",
    ]);
    const size = (path) =>
      readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
    const bytes = size(join(commonJs.path, "node_modules", "@tidegauge", "agent"));
    console.log(
      `unpacked: agent ${bytes} bytes, with protocol ${size(join(commonJs.path, "node_modules", "@tidegauge"))}`,
    );
    expect(bytes).toBeLessThanOrEqual(AGENT_LIMIT_BYTES);
  });

  it.each(["20", "22", "24", "26"])("works by require and by import on Node %s", (line) => {
    commonJs.write("required.cjs", REQUIRE);
    commonJs.write("imported.mjs", IMPORT);
    const node = ["-y", "-p", `node@${line}`, "node"];
    expect(commonJs.run("npx", ...node, "required.cjs")).toBe("counted 10\n");
    expect(commonJs.run("npx", ...node, "imported.mjs")).toBe("counted 10\n");
  });

  it("gives one and the same classes to require and import", () => {
    commonJs.write(
      "both.mjs",
      `import { createRequire } from "node:module";
      import * as imported from "@tidegauge/agent";
      const required = createRequire(import.meta.url)("@tidegauge/agent");
      const names = Object.keys(required);
      console.log(names.length > 5, names.every((name) => imported[name] === required[name]));`,
    );
    expect(commonJs.run("node", "both.mjs")).toBe("true true\n");
  });

  it.each([
    ["node16", "node16"],
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ])("type-checks in a TypeScript project with module %s, resolution %s", (module, moduleResolution) => {
    const typed = IMPORT.replace("found.samples.my_counter.value", "found?.samples.my_counter?.value");
    commonJs.write(
      "typed.mts",
      `import "@tidegauge/agent/register";\nimport "@tidegauge/agent/opentelemetry";\n${typed}`,
    );
    commonJs.write(
      "tsconfig.json",
      JSON.stringify({
        compilerOptions: {
          module,
          moduleResolution,
          target: "es2022",
          strict: true,
          noEmit: true,
          skipLibCheck: false,
          types: ["node"],
        },
        files: ["typed.mts"],
      }),
    );
    mkdirSync(join(commonJs.path, "node_modules", "@types"), { recursive: true });
    run(
      "cp",
      ["-r", join(ROOT, "node_modules", "@types", "node"), join(commonJs.path, "node_modules", "@types")],
      ROOT,
    );
    run("cp", ["-r", join(ROOT, "node_modules", "undici-types"), join(commonJs.path, "node_modules")], ROOT);
    execFileSync(process.execPath, [TSC, "-p", "tsconfig.json"], { cwd: commonJs.path, stdio: "inherit" });
  });

  it("works under Jest", () => {
    const jest = project("jest-project", {}, ["jest@30"]);
    jest.write(
      "agent.test.js",
      `const { Client, MetricSet } = require("@tidegauge/agent");
      const { RecordingTransport } = require("@tidegauge/agent/testing");
      test("counts", async () => {
        const transport = new RecordingTransport();
        const client = new Client({ start: false, transport, metricsSets: [] });
        client.metrics.register(MetricSet).counter("my_counter").inc(10);
        await client.collect();
        expect(transport.metricsets.some(({ samples }) => samples.my_counter?.value === 10)).toBe(true);
      });`,
    );
    jest.run("npx", "jest");
  }, 240_000);

  it("works under Vitest", () => {
    const vitest = project("vitest-project", { type: "module" }, ["vitest@4.1.12"]);
    vitest.write(
      "agent.test.js",
      `import { expect, test } from "vitest";
      import { Client, MetricSet } from "@tidegauge/agent";
      import { RecordingTransport } from "@tidegauge/agent/testing";
      test("counts", async () => {
        const transport = new RecordingTransport();
        const client = new Client({ start: false, transport, metricsSets: [] });
        client.metrics.register(MetricSet).counter("my_counter").inc(10);
        await client.collect();
        expect(transport.metricsets.some(({ samples }) => samples.my_counter?.value === 10)).toBe(true);
      });`,
    );
    vitest.run("npx", "vitest", "run");
  }, 240_000);

  it("works bundled by esbuild and by webpack", () => {
    const bundled = project("bundled", {}, ["esbuild@0.25", "webpack@5", "webpack-cli@6"]);
    bundled.write("entry.mjs", IMPORT);
    const external = "--external:undici"; // the optional peer
    bundled.run(
      "npx",
      "esbuild",
      "entry.mjs",
      "--bundle",
      "--platform=node",
      "--outfile=by-esbuild.cjs",
      "--log-level=error",
      external,
    );
    expect(bundled.run("node", "by-esbuild.cjs")).toBe("counted 10\n");
    bundled.write(
      "webpack.config.js",
      `module.exports = { mode: "production", target: "node20", entry: "./entry.mjs", externals: ["undici"],
        output: { path: __dirname, filename: "by-webpack.cjs" } };`,
    );
    bundled.run("npx", "webpack", "--stats=errors-only");
    expect(bundled.run("node", "by-webpack.cjs")).toBe("counted 10\n");
  }, 240_000);
});

describe("the command, installed", () => {
  it("serves and answers from its own package", () => {
    const path = join(directory.path, "command");
    mkdirSync(path);
    writeFileSync(join(path, "package.json"), '{ "name": "command-project", "private": true }');
    run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...Object.values(tarballs)], path);
    const { version } = JSON.parse(readFileSync(join(clone, "packages", "cli", "package.json"), "utf8"));
    expect(run("npx", ["tidegauge", "--version"], path)).toBe(`${version}\n`);
    const script = `node_modules/.bin/tidegauge serve --port 0 --data-dir data --log-level warn > out & pid=$!
      for i in $(seq 100); do grep -q listening out && break; sleep 0.1; done
      url=$(sed 's/listening on //' out); curl -sf -H 'Accept: text/html' "$url/" | grep -c '<script'; kill $pid; wait $pid`;
    expect(Number(spawnSync("bash", ["-c", script], { cwd: path, encoding: "utf8" }).stdout.trim())).toBeGreaterThan(0);
  }, 240_000);
});
