import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Packs the workspace's packages, so that what runs is what would be published, and installs the command from them.
 * Tests read `packed`, the directory of the tarballs, and `tidegauge`, the installed command.
 *
 * @param {import("vitest/node").TestProject} project
 * @returns {() => void} takes everything away again
 */
export default function setup(project) {
  const directory = mkdtempSync(join(tmpdir(), "tidegauge-examples-"));
  const packed = join(directory, "packed");
  const server = join(directory, "server");
  mkdirSync(packed);
  mkdirSync(server);
  const npm = (args, cwd) =>
    execFileSync("npm", [...args, "--loglevel=error"], { cwd, stdio: ["ignore", "ignore", "inherit"] });
  const workspaces = ["@tidegauge/protocol", "@tidegauge/agent", "@tidegauge/server", "tidegauge"];
  npm(["pack", ...workspaces.flatMap((name) => ["-w", name]), "--pack-destination", packed], ROOT);
  writeFileSync(join(server, "package.json"), JSON.stringify({ name: "server", private: true }));
  const tarballs = readdirSync(packed).map((file) => join(packed, file));
  npm(["install", "--no-audit", "--no-fund", ...tarballs], server);
  project.provide("packed", packed);
  project.provide("tidegauge", join(server, "node_modules", ".bin", "tidegauge"));
  return () => rmSync(directory, { recursive: true, force: true });
}
