import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** What is for those who work on a package, not for those who use it. */
const NOT_FOR_USERS = /\.(test|test-d|bench|cases|testing)\.|\.tsbuildinfo$|\.map$|^src\//;
/** Scripts that npm would run on a user's machine. */
const INSTALL_SCRIPTS = ["preinstall", "install", "postinstall", "prepare"];

/**
 * Looks through one package as it would be published.
 *
 * @param {string} directory the unpacked tarball
 * @param {{ version: string, siblings: readonly string[] }} release the version of this release, and the names of the
 *   packages that are released with it
 * @returns {string[]} what is wrong with it, a sentence each
 */
export function checkPackage(directory, { version, siblings }) {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
  const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  return [
    ...["LICENSE", "README.md"].filter((name) => !files.includes(name)).map((name) => `${name} is missing`),
    ...files.filter((file) => NOT_FOR_USERS.test(file)).map((file) => `${file} is of no use to its users`),
    ...files.filter((file) => /\.[cm]?js$/.test(file)).flatMap((file) => missingMaps(directory, file)),
    ...undocumented(directory, files),
    ...checkManifest(manifest, version, siblings),
    ...targetsOf(manifest)
      .filter((target) => !existsSync(join(directory, target)))
      .map((target) => `package.json names ${target}, which is missing`),
    ...commandsOf(manifest).flatMap((target) => checkCommand(directory, target)),
  ];
}

function missingMaps(directory, file) {
  const named = readFileSync(join(directory, file), "utf8").matchAll(/^\/\/# sourceMappingURL=(?!data:)(\S+)$/gm);
  return [...named]
    .filter(([, map]) => !existsSync(join(directory, dirname(file), map)))
    .map(([, map]) => `${file} names the source map ${map}, which is missing`);
}

/** What an editor shows beside a name comes from the declarations, and two of the packages get theirs by a step of their own. */
function undocumented(directory, files) {
  const types = files.filter((file) => file.endsWith(".d.ts"));
  const isDocumented = types.some((file) => readFileSync(join(directory, file), "utf8").includes("/**"));
  return types.length === 0 || isDocumented ? [] : ["its types have no docstrings: build it with npm run build"];
}

function checkManifest(manifest, version, siblings) {
  const problems = [];
  if (manifest.version !== version) problems.push(`its version is ${manifest.version}, not ${version}`);
  if (manifest.license !== "Apache-2.0") problems.push(`its licence is ${manifest.license}, not Apache-2.0`);
  if (manifest.engines?.node === undefined) problems.push("it does not say which Node it needs");
  for (const script of INSTALL_SCRIPTS) {
    if (manifest.scripts?.[script] !== undefined) problems.push(`it would run ${script} on its users' machines`);
  }
  for (const [name, range] of Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    if (/^(file|link|workspace|git|https?):/.test(range)) problems.push(`${name} comes from ${range}`);
    if (siblings.includes(name) && range !== version) problems.push(`it needs ${name} ${range}, not ${version}`);
  }
  return problems;
}

/** Every file that package.json leads to. */
function targetsOf({ main, types, exports = {}, imports = {}, bin }) {
  const leaves = (value) => (typeof value === "object" ? Object.values(value).flatMap(leaves) : [value]);
  return [...new Set([...leaves([main ?? [], types ?? [], exports, imports]), ...commandsOf({ bin })])];
}

const commandsOf = ({ bin = {} }) => (typeof bin === "string" ? [bin] : Object.values(bin));

function checkCommand(directory, target) {
  const path = join(directory, target);
  if (!existsSync(path)) return [];
  const problems = [];
  if (!readFileSync(path, "utf8").startsWith("#!/usr/bin/env node\n")) problems.push(`${target} does not start node`);
  if ((statSync(path).mode & 0o111) === 0) problems.push(`${target} is not executable`);
  return problems;
}
