import { spawn } from "node:child_process";

/** Longest a snippet may take. */
const LIMIT_MS = 60_000;

/**
 * Runs a program to its end.
 *
 * @param {string} command @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, input?: string }} options
 * @returns {Promise<{ code: number | null, stdout: string, stderr: string }>} code null: it did not end in time
 */
export function run(command, args, { cwd, env, input = "" }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, detached: true });
    const texts = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"]) {
      child[name].setEncoding("utf8").on("data", (text) => {
        texts[name] += text;
      });
    }
    // The whole group: a shell's children too.
    const timer = setTimeout(() => process.kill(-child.pid, "SIGKILL"), LIMIT_MS);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, ...texts });
    });
    child.stdin.on("error", () => {}).end(input);
  });
}
