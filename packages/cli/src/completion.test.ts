import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { runCommandLine } from "./command.testing.js";

describe("tidegauge completion", () => {
  it("gives bash a script that completes commands and their flags", async () => {
    const { stdout } = await runCommandLine(["completion", "bash"]);
    const complete = (...words: string[]): string[] => {
      const script = `${stdout}\nCOMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}; _tidegauge; printf '%s\\n' "\${COMPREPLY[@]}"`;
      return spawnSync("bash", ["-c", script], { encoding: "utf8" }).stdout.trim().split("\n");
    };
    expect(complete("tidegauge", "se")).toEqual(["serve"]);
    expect(complete("tidegauge", "query", "--agg")).toEqual(["--aggregation"]);
    expect(complete("tidegauge", "serve", "--data-d")).toEqual(["--data-dir"]);
  });

  it("names every command and flag to zsh and fish", async () => {
    const zsh = (await runCommandLine(["completion", "zsh"])).stdout;
    expect(zsh.startsWith("#compdef tidegauge\n")).toBe(true);
    const fish = (await runCommandLine(["completion", "fish"])).stdout;
    for (const name of ["serve", "demo", "run", "doctor", "top", "query", "export"]) {
      expect(zsh).toContain(`'${name}:`);
      expect(fish).toContain(`-a ${name} -d '`);
    }
    expect(fish).toContain("__fish_seen_subcommand_from serve' -l retention -d");
  });

  it("refuses a shell it does not know", async () => {
    expect((await runCommandLine(["completion", "cmd"])).code).toBe(2);
  });
});
