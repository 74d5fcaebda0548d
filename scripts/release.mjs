// `npm run release`: versions, builds, packs, checks and publishes the packages, all of it in a clone of what is
// committed, so that nothing of this working copy gets into them and a failure leaves nothing behind.
//   --dry-run           publishes nothing and changes nothing here
//   --tarballs <dir>    keeps the tarballs there
//   --provenance        signs where the packages come from (only in a CI that npm knows; see CONTRIBUTING.md)
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { matchWorkspaces } from "./lock.mjs";
import { checkPackage } from "./package-check.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** In the order of their publication: a package after those it needs. */
const FOLDERS = ["protocol", "agent", "server", "cli"];
/** The one file of the sources that repeats the version. */
const VERSION_SOURCE = "packages/agent/src/metadata/agent-version.ts";

const say = (line) => process.stderr.write(`release: ${line}\n`);

/** Runs a command to its end and gives its standard output. */
function run(cwd, command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}

const manifestOf = (clone, folder) => JSON.parse(readFileSync(join(clone, "packages", folder, "package.json"), "utf8"));

/** Turns the changesets into a version and the change logs, and commits that. Without changesets nothing changes. */
function applyVersion(clone) {
  const waiting = readdirSync(join(clone, ".changeset")).filter((file) => /^(?!README).*\.md$/.test(file));
  if (waiting.length > 0) {
    run(clone, process.execPath, join(ROOT, "node_modules", "@changesets", "cli", "bin.js"), "version");
    const { version } = manifestOf(clone, "agent");
    const source = join(clone, VERSION_SOURCE);
    writeFileSync(source, readFileSync(source, "utf8").replace(/"\d+\.\d+\.\d+[^"]*"/, JSON.stringify(version)));
    matchWorkspaces(clone);
    run(clone, "git", "add", "--all");
    run(clone, "git", "commit", "--quiet", "--message", `Version ${version}`);
  }
  return { version: manifestOf(clone, "agent").version, changesets: waiting.length };
}

/** Packs every package and looks through what came out. */
function pack(clone, version, into) {
  const siblings = FOLDERS.map((folder) => manifestOf(clone, folder).name);
  return FOLDERS.map((folder) => {
    const args = ["pack", "--json", "--pack-destination", into];
    const [{ filename, unpackedSize }] = JSON.parse(run(join(clone, "packages", folder), "npm", ...args));
    const tarball = join(into, filename);
    const unpacked = join(into, folder);
    mkdirSync(unpacked);
    run(unpacked, "tar", "-xzf", tarball, "--strip-components=1");
    const problems = checkPackage(unpacked, { version, siblings });
    rmSync(unpacked, { recursive: true });
    if (problems.length > 0) throw new Error(`${filename}:\n  ${problems.join("\n  ")}`);
    say(`${filename}: ${unpackedSize} bytes unpacked, as it should be`);
    return tarball;
  });
}

function release({ "dry-run": dryRun = false, tarballs: keepIn, provenance = false }) {
  if (!dryRun && run(ROOT, "git", "status", "--porcelain") !== "")
    throw new Error("commit or remove your changes first");
  const work = mkdtempSync(join(tmpdir(), "tidegauge-release-"));
  try {
    const clone = join(work, "clone");
    run(work, "git", "clone", "--quiet", "--no-hardlinks", ROOT, clone);
    for (const [key, fallback] of [
      ["name", "tidegauge release"],
      ["email", "release@localhost"],
    ]) {
      const own = spawnSync("git", ["config", `user.${key}`], { cwd: ROOT, encoding: "utf8" }).stdout.trim();
      run(clone, "git", "config", `user.${key}`, own || fallback);
    }
    const { version, changesets } = applyVersion(clone);
    say(`version ${version}, from ${changesets} changesets`);
    if (changesets === 0 && !dryRun) throw new Error("nothing to release: describe a change with npm run changeset");
    run(clone, "npm", "run", "build");
    const packed = join(work, "packed");
    mkdirSync(packed);
    const files = pack(clone, version, packed);
    if (!dryRun) run(clone, "git", "tag", "--annotate", "--message", `Version ${version}`, `v${version}`);
    for (const file of files) publish(file, dryRun, provenance);
    if (keepIn !== undefined) cpSync(packed, resolve(keepIn), { recursive: true });
    if (dryRun) return say("dry run: nothing is published, nothing changed here");
    run(ROOT, "git", "pull", "--quiet", "--ff-only", "--tags", clone, "HEAD");
    say(`published ${version}; now: git push --follow-tags`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Publishes one tarball. A version of it that is there already, from a release that broke off, is left as it is. */
function publish(file, dryRun, provenance) {
  const args = ["publish", file, "--access", "public", ...(provenance ? ["--provenance"] : [])];
  const { status, stderr } = spawnSync("npm", [...args, ...(dryRun ? ["--dry-run"] : [])], {
    encoding: "utf8",
    stdio: ["inherit", "inherit", "pipe"],
  });
  if (status === 0) return;
  if (!/previously published|EPUBLISHCONFLICT/.test(stderr)) throw new Error(`npm ${args.join(" ")}\n${stderr}`);
  say(`${file} is published already`);
}

try {
  const { values } = parseArgs({
    options: { "dry-run": { type: "boolean" }, tarballs: { type: "string" }, provenance: { type: "boolean" } },
  });
  release(values);
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
