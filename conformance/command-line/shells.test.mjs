// Completion in the shells themselves, and what the command does in pipes.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryDirectory } from "../server-process.mjs";
import { PseudoTerminal } from "./pseudo-terminal.mjs";

const TIDEGAUGE = fileURLToPath(new URL("../../packages/cli/bin/tidegauge.js", import.meta.url));
const directory = temporaryDirectory();
const bin = join(directory.path, "bin");
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, HOME: directory.path, NO_COLOR: "1" };

/** Whether a shell is here; in CI one that is not is a failure. */
function has(shell) {
  if (spawnSync(shell, ["-c", "exit 0"]).status === 0) return true;
  if (process.env.CI === "true") throw new Error(`${shell} is not installed`);
  console.log(`skipped: ${shell} is not here`);
  return false;
}

function run(shell, ...args) {
  return spawnSync(shell, args, { env, encoding: "utf8", cwd: directory.path });
}

beforeAll(() => {
  mkdirSync(bin);
  writeFileSync(join(bin, "tidegauge"), `#!/bin/sh\nexec '${process.execPath}' '${TIDEGAUGE}' "$@"\n`);
  chmodSync(join(bin, "tidegauge"), 0o755);
});

afterAll(() => directory.remove());

/** `[command line so far, what the shell must offer]` */
const COMPLETIONS = [
  ["tidegauge se", ["serve"]],
  ["tidegauge query --agg", ["--aggregation"]],
  ["tidegauge query x --aggregation p9", ["p90", "p95", "p99"]],
  ["tidegauge export --format p", ["parquet"]],
  ["tidegauge completion z", ["zsh"]],
];

describe("completion", () => {
  it.each(COMPLETIONS)("bash: %s", (line, wanted) => {
    const words = line.split(" ");
    const script = `source <(tidegauge completion bash); COMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}
      _tidegauge; printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect(run("bash", "-c", script).stdout.trim().split("\n")).toEqual(wanted);
  });

  it.runIf(has("fish"))("fish", () => {
    for (const [line, wanted] of COMPLETIONS) {
      const { stdout, stderr } = run("fish", "-c", `tidegauge completion fish | source; complete -C '${line}'`);
      expect(stderr).toBe("");
      const offered = stdout
        .trim()
        .split("\n")
        .map((one) => one.split("\t")[0]);
      expect(offered, line).toEqual(wanted);
    }
  });

  // zsh completes only in its line editor: Tab is pressed in a terminal, and the line it makes is shown.
  it.runIf(has("zsh"))("zsh", async () => {
    const functions = join(directory.path, "functions");
    mkdirSync(functions);
    writeFileSync(join(functions, "_tidegauge"), run("tidegauge", "completion", "zsh").stdout);
    writeFileSync(
      join(directory.path, ".zshrc"),
      `fpath=('${functions}' $fpath); autoload -U compinit; compinit -u; PS1='ready> '; unsetopt zle_bracketed_paste`,
    );
    const shell = new PseudoTerminal(["zsh", "-i"], { env, cwd: directory.path, columns: 200 });
    try {
      for (const [typed, completed] of [
        ["tidegauge se", "tidegauge serve "],
        ["tidegauge query --agg", "tidegauge query --aggregation"],
        ["tidegauge export --format par", "tidegauge export --format parquet"],
        ["tidegauge completion z", "tidegauge completion zsh"],
      ]) {
        await shell.shows("ready> ");
        shell.forget();
        shell.press(`: ${typed}`.slice(2));
        await shell.shows(typed.slice(-1));
        shell.press("\t");
        await shell.shows(completed.slice(typed.length - 1).trim());
        shell.forget();
        shell.press("\u0015\n"); // an empty line
      }
    } finally {
      shell.kill();
    }
  });
});

describe("in a pipe", () => {
  it.each(["completion bash", "--help", "completion --json"])("%s ends well when the reader has had enough", (args) => {
    const { stdout, stderr } = run("bash", "-c", `tidegauge ${args} | head -c 1 >/dev/null; echo "\${PIPESTATUS[0]}"`);
    expect({ stdout, stderr }).toEqual({ stdout: "0\n", stderr: "" });
  });
});
