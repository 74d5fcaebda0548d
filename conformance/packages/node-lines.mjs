import { spawnSync } from "node:child_process";

/** Every Node line that the packages promise to work on. */
export const NODE_LINES = ["20", "22", "24", "26"];

const paths = new Map([[process.versions.node.split(".")[0], process.execPath]]);

/**
 * The program of a Node line; npm fetches the ones that are not here.
 *
 * @param {string} line such as `"22"`
 * @returns {string} its path
 */
export function nodeOf(line) {
  if (!paths.has(line)) {
    const args = ["-y", "-p", `node@${line}`, "node", "-p", "process.execPath"];
    const { status, stdout, stderr } = spawnSync("npx", args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`Node ${line} cannot be had: ${stderr}`);
    paths.set(line, stdout.trim());
  }
  return paths.get(line);
}
