// `npm run lock`: completes package-lock.json with the optional platform packages that npm left out because they could
// not be fetched where the lockfile was written. npm 11's `npm ci` refuses a lockfile without them.
// `--check` only says what is missing and fails if anything is.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Platform words in the packages' names, for a package whose manifest cannot be fetched. */
const OS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const CPU = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32", "x64"];

/**
 * Optional dependencies that some package of the lockfile names and that have no entry.
 *
 * @param {object} lock the parsed lockfile
 * @returns {{ path: string, name: string, version: string, dev: boolean, siblings: string[] }[]}
 */
export function findMissing(lock) {
  const missing = new Map();
  for (const [parent, entry] of Object.entries(lock.packages)) {
    for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
      if (isListed(lock, parent, name)) continue;
      const path = `node_modules/${name}`;
      const siblings = Object.keys(entry.optionalDependencies);
      missing.set(path, { path, name, version: range, dev: entry.dev === true, siblings });
    }
  }
  return [...missing.values()];
}

/** Whether Node would find `name` from the package at `parent`: in the nearest node_modules upwards that has it. */
function isListed(lock, parent, name) {
  for (let directory = parent; ; ) {
    if (lock.packages[`${directory === "" ? "" : `${directory}/`}node_modules/${name}`] !== undefined) return true;
    if (directory === "") return false;
    const cut = directory.lastIndexOf("node_modules/");
    directory = cut <= 0 ? "" : directory.slice(0, cut - 1);
  }
}

/**
 * The lockfile entry of an optional platform package.
 *
 * @param {{ name: string, version: string, dev: boolean, siblings: string[] }} wanted
 * @param {object | undefined} manifest what the registry says about it, if it could be asked
 * @throws {Error} if it could not and the name does not tell the platform
 */
export function entryOf(wanted, manifest) {
  const platform = manifest ?? platformOf(wanted.name, wanted.siblings);
  if (manifest === undefined && (platform.cpu === undefined || !/^\d/.test(wanted.version))) {
    throw new Error(`${wanted.name}@${wanted.version} cannot be fetched here; run npm run lock where it can`);
  }
  const entry = { version: manifest?.version ?? wanted.version };
  if (manifest?.integrity !== undefined) entry.integrity = manifest.integrity;
  if (platform.cpu !== undefined) entry.cpu = platform.cpu;
  if (wanted.dev) entry.dev = true;
  if (platform.libc !== undefined) entry.libc = platform.libc;
  if (manifest?.license !== undefined) entry.license = manifest.license;
  entry.optional = true;
  if (platform.os !== undefined) entry.os = platform.os;
  if (manifest?.engines !== undefined) entry.engines = manifest.engines;
  return entry;
}

/**
 * Reads os, cpu and libc off a name such as `@biomejs/cli-linux-x64-musl` or `lightningcss-linux-arm64-gnu`. A name
 * without a libc means glibc only where one of the other platforms of the same parent is its musl twin.
 */
function platformOf(name, siblings) {
  const words = name.split(/[^a-z0-9]+/);
  const list = (word) => (word === undefined ? undefined : [word]);
  const isGlibc = words.includes("gnu") || siblings.includes(`${name}-musl`);
  return {
    os: list(OS.find((word) => words.includes(word))),
    cpu: list(CPU.find((word) => words.includes(word))),
    libc: list(words.includes("musl") ? "musl" : isGlibc ? "glibc" : undefined),
  };
}

/** The package's manifest through npm itself; undefined where it cannot be fetched. */
function fetchManifest({ name, version }) {
  const fields = ["version", "os", "cpu", "libc", "license", "engines", "dist.integrity"];
  const asked = spawnSync("npm", ["view", `${name}@${version}`, ...fields, "--json"], { encoding: "utf8" });
  if (asked.status !== 0 || asked.stdout.trim() === "") return undefined;
  const { "dist.integrity": integrity, ...manifest } = JSON.parse(asked.stdout);
  const list = (value) => (typeof value === "string" ? [value] : value);
  return { ...manifest, os: list(manifest.os), cpu: list(manifest.cpu), libc: list(manifest.libc), integrity };
}

/**
 * Makes the lockfile's entries of the packages in this repository say what their package.json says, for a new version.
 *
 * @param {string} root directory of the clone
 */
export function matchWorkspaces(root) {
  const path = join(root, "package-lock.json");
  const lock = JSON.parse(readFileSync(path, "utf8"));
  for (const [folder, entry] of Object.entries(lock.packages)) {
    if (!/^packages\/[^/]+$/.test(folder)) continue;
    const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    for (const field of ["version", "dependencies"]) if (entry[field] !== undefined) entry[field] = manifest[field];
  }
  writeFileSync(path, `${JSON.stringify(lock, undefined, 2)}\n`);
}

function main(args) {
  const path = join(dirname(dirname(fileURLToPath(import.meta.url))), "package-lock.json");
  const lock = JSON.parse(readFileSync(path, "utf8"));
  const missing = findMissing(lock);
  for (const { name, version } of missing) console.log(`missing: ${name}@${version}`);
  if (args.includes("--check")) return missing.length === 0 ? 0 : 1;
  for (const wanted of missing) lock.packages[wanted.path] = entryOf(wanted, fetchManifest(wanted));
  // Addresses differ from machine to machine; without them npm takes every package from the configured registry.
  for (const entry of Object.values(lock.packages)) if (!entry.link) delete entry.resolved;
  const byPath = ([a], [b]) => a.localeCompare(b, "en");
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(byPath));
  writeFileSync(path, `${JSON.stringify(lock, undefined, 2)}\n`);
  console.log(missing.length === 0 ? "package-lock.json is complete" : `package-lock.json: ${missing.length} added`);
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(process.argv.slice(2));
