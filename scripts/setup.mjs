import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { withLock } from "./mutex.mjs";

/**
 * What a clone needs before it can run, each with a stamp that is cheap to compare.
 *
 * @typedef {{ name: string, isFresh: () => boolean, run: () => Promise<void> }} Step
 */

/**
 * Installs and builds what is missing or stale in `root`. Processes that start at once take turns; a fresh clone's
 * second process finds everything done by the first.
 *
 * @param {string} root directory of the clone
 * @param {"start" | "all"} scope `start` installs what running needs, `all` also what testing needs
 * @param {(line: string) => void} say status lines for a person
 */
export async function setUp(root, scope, say) {
  const steps = [installStep(root, scope, say), compileStep(root), dashboardStep(root)];
  if (steps.every((step) => step.isFresh())) return;
  const onWait = (pid) => say(`process ${pid} is setting up this clone; waiting for it`);
  await withLock(join(root, ".cache", "setup.lock"), { onWait }, async () => {
    for (const step of steps) {
      if (step.isFresh()) continue;
      say(`${step.name} …`);
      const startedMs = Date.now();
      await step.run();
      say(`${step.name}: ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
    }
  });
}

/** @returns {Step} */
function installStep(root, scope, say) {
  const stamp = new Stamp(root, "install");
  // Prebuilt platform packages are chosen at installation, so another platform or Node line installs again.
  const platform = () => `${process.platform}-${process.arch} node ${process.versions.node.split(".")[0]}`;
  const command = scope === "all" ? ["ci", "--include=dev"] : ["ci", "--omit=dev"];
  return {
    name: `npm ${command.join(" ")}`,
    isFresh: () => (stamp.read() ?? platform()) === platform() && isInstalled(root, scope),
    run: async () => {
      const install = () =>
        npm(root, [...command, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], say);
      await install();
      // npm ends well without an optional package that it could not fetch, as the engine's or the bundler's binary.
      if (!isInstalled(root, scope)) await install();
      if (!isInstalled(root, scope)) throw new Error("npm ci ended without installing everything; remove node_modules");
      stamp.write(platform());
    },
  };
}

/**
 * Compares the lockfile with what npm recorded at the end of its last run in this clone, so an installation made by
 * hand counts, and one that was interrupted or left out this platform's binaries does not.
 */
function isInstalled(root, scope) {
  let installed;
  try {
    installed = JSON.parse(readFileSync(join(root, "node_modules", ".package-lock.json"), "utf8")).packages;
  } catch {
    return false;
  }
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const entries = Object.entries(wanted).filter(
    ([path, entry]) => path.startsWith("node_modules/") && !(scope === "start" && entry.dev),
  );
  const isThere = ([path, entry]) =>
    entry.link ? installed[path]?.link === true : installed[path]?.version === entry.version;
  // Which of the C libraries a Linux has is npm's to know: the binary for one of them is enough.
  const binaries = new Map();
  for (const [path, entry] of entries.filter(([, each]) => isForThisPlatform(each))) {
    const name = path.replace(/-(gnu|musl)$/, "");
    binaries.set(name, binaries.get(name) || isThere([path, entry]));
  }
  return entries.every((each) => each[1].optional || isThere(each)) && [...binaries.values()].every(Boolean);
}

const isForThisPlatform = ({ optional, os, cpu }) =>
  optional === true && os?.includes(process.platform) && cpu?.includes(process.arch);

/** Packages whose code is compiled without comments. */
const DOCUMENTED_APART = ["protocol", "agent"];

/** @returns {Step} */
function compileStep(root) {
  const stamp = new Stamp(root, "compile");
  const packages = ["protocol", "agent", "server", "cli"].map((name) => join(root, "packages", name));
  const inputs = () =>
    fingerprint(root, [
      join(root, "tsconfig.json"),
      join(root, "tsconfig.base.json"),
      ...packages.flatMap((path) =>
        ["tsconfig.json", "tsconfig.types.json", "package.json", "src"].map((name) => join(path, name)),
      ),
    ]);
  return {
    name: "tsc -b",
    isFresh: () =>
      packages.every((path) => existsSync(join(path, "dist", ".tsbuildinfo"))) && stamp.read() === inputs(),
    run: async () => {
      const before = inputs(); // an edit during the build leaves the stamp stale
      const tsc = (...args) =>
        run(process.execPath, [join(root, "node_modules", "typescript", "bin", "tsc"), ...args], { cwd: root });
      await tsc("-b");
      // Applications load the code of these two, so it goes without comments; the compiler has one switch for code and
      // types, and users read the docstrings in the types, which are written once more.
      for (const name of DOCUMENTED_APART) await tsc("-p", join(root, "packages", name, "tsconfig.types.json"));
      stamp.write(before);
    },
  };
}

/** @returns {Step} */
function dashboardStep(root) {
  const stamp = new Stamp(root, "dashboard");
  const source = join(root, "packages", "dashboard");
  const built = join(root, "packages", "server", "dashboard", "index.html");
  const inputs = () => fingerprint(root, [source, join(root, "packages", "protocol", "src", "query")]);
  return {
    name: "vite build",
    isFresh: () => existsSync(built) && stamp.read() === inputs(),
    run: async () => {
      const before = inputs();
      const vite = join(root, "node_modules", "vite", "bin", "vite.js");
      await run(process.execPath, [vite, "build", "--logLevel", "warn"], { cwd: source });
      stamp.write(before);
    },
  };
}

/** One line of text in the clone's cache that says for which inputs a step last ran. */
class Stamp {
  constructor(root, name) {
    this.directory = join(root, ".cache");
    this.path = join(this.directory, `${name}.stamp`);
  }

  read() {
    try {
      return readFileSync(this.path, "utf8");
    } catch {
      return undefined;
    }
  }

  write(text) {
    mkdirSync(this.directory, { recursive: true });
    writeFileSync(this.path, text);
  }
}

/** Names, sizes and times of every file that goes into a build; contents are not read, which keeps it at milliseconds. */
function fingerprint(root, paths) {
  const hash = createHash("sha256").update(process.versions.node);
  for (const path of paths) {
    for (const file of filesIn(path)) {
      const { size, mtimeMs } = statSync(file);
      hash.update(`${relative(root, file)}\0${size}\0${mtimeMs}\n`);
    }
  }
  return hash.digest("hex");
}

const NOT_AN_INPUT = /^(node_modules|dist)$|\.(test|test-d|bench|cases|testing)\.tsx?$/;

function filesIn(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !NOT_AN_INPUT.test(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesIn(join(path, entry.name)) : [join(path, entry.name)]));
}

/** npm of the command that started us (`npm start`), else the one on the path. */
async function npm(root, args, say) {
  const parent = process.env.npm_execpath ?? "";
  const [command, first] = basename(parent) === "npm-cli.js" ? [process.execPath, [parent]] : ["npm", []];
  try {
    await run(command, [...first, ...args], { cwd: root, shell: command === "npm" && process.platform === "win32" });
  } catch (error) {
    say("npm could not install. Without network, fill npm's cache first; behind a proxy, set HTTPS_PROXY.");
    throw error;
  }
}

/** Runs a command with its output on standard error, so that standard output stays the product's. */
function run(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", process.stderr, process.stderr] });
    const stop = () => child.kill("SIGTERM");
    process.once("exit", stop);
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      process.removeListener("exit", stop);
      if (code === 0) resolve();
      else reject(new Error(`${[command, ...args].join(" ")} ended with ${signal ?? `exit code ${code}`}`));
    });
  });
}
