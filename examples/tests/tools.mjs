import { spawnSync } from "node:child_process";

/** The first of these commands that this machine has, as words; undefined if none. In CI run.sh has installed them. */
function find(...commands) {
  const found = commands.find(([program, ...args]) => spawnSync(program, [...args, "--version"]).status === 0);
  if (found === undefined && process.env.CI !== "true")
    console.log(`skipped: no ${commands.map(([name]) => name).join(" or ")}`);
  return found;
}

export const promtool = find(["promtool"]);
export const prometheus = find(["prometheus"]);
export const systemdAnalyze = find(["systemd-analyze"]);
export const compose = find(["docker-compose"], ["docker", "compose"]);

/** Whether a test without its tool is left out: in CI it runs, and fails. */
export const isMissing = (tool) => tool === undefined && process.env.CI !== "true";

/**
 * Runs a tool to its end.
 *
 * @param {readonly string[]} tool
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnSyncOptions} [options]
 * @returns {{ status: number | null, output: string }}
 */
export function use([program, ...first], args, options) {
  const { status, stdout, stderr } = spawnSync(program, [...first, ...args], { encoding: "utf8", ...options });
  return { status, output: stdout + stderr };
}
