// Writes the lockfiles of the examples: `node examples/tests/lock.mjs [example…]`. The workspace's own packages come from
// tarballs, since a registry need not have this version yet, and are then written down as if they came from there.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const EXAMPLES = fileURLToPath(new URL("..", import.meta.url));
const OWN = ["@tidegauge/protocol", "@tidegauge/agent"];

const directory = mkdtempSync(join(tmpdir(), "tidegauge-lock-"));
const npm = (args, cwd) =>
  execFileSync("npm", [...args, "--loglevel=error"], { cwd, stdio: ["ignore", "ignore", "inherit"] });
try {
  npm(["pack", ...OWN.flatMap((name) => ["-w", name]), "--pack-destination", directory], join(EXAMPLES, ".."));
  const tarballs = readdirSync(directory).map((file) => join(directory, file));
  const names = process.argv.slice(2);
  for (const name of names.length > 0 ? names : readdirSync(EXAMPLES)) {
    const manifest = join(EXAMPLES, name, "package.json");
    if (existsSync(manifest))
      writeFileSync(join(EXAMPLES, name, "package-lock.json"), lockOf(name, manifest, tarballs));
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

function lockOf(name, manifest, tarballs) {
  const project = join(directory, name);
  cpSync(manifest, join(project, "package.json"));
  npm(["install", "--package-lock-only", "--no-audit", "--omit-lockfile-registry-resolved", ...tarballs], project);
  const lock = JSON.parse(readFileSync(join(project, "package-lock.json"), "utf8"));
  const { dependencies, devDependencies } = JSON.parse(readFileSync(manifest, "utf8"));
  Object.assign(lock.packages[""], { dependencies, devDependencies });
  for (const own of OWN) {
    const entry = lock.packages[`node_modules/${own}`];
    delete entry.resolved;
    delete entry.integrity;
  }
  return `${JSON.stringify(lock, undefined, 2)}\n`;
}
