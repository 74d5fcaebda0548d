import { describe, expect, it } from "vitest";
import { runCommandLine } from "./command.testing.js";
import type { CommandDescription } from "./completion/command-description.js";

const COMMANDS = ["serve", "demo", "run", "doctor", "top", "query", "export", "completion"];

// That the scripts complete in real shells is shown by conformance/command-line.
describe("tidegauge completion", () => {
  it("names every command and flag to zsh and fish", async () => {
    const zsh = (await runCommandLine(["completion", "zsh"])).stdout;
    expect(zsh.startsWith("#compdef tidegauge\n")).toBe(true);
    const fish = (await runCommandLine(["completion", "fish"])).stdout;
    for (const name of COMMANDS) {
      expect(zsh).toContain(`'${name}:`);
      expect(fish).toContain(`-a ${name} -d '`);
    }
    expect(fish).toContain("__fish_seen_subcommand_from serve' -l retention -r -d");
    expect(fish).toContain("__fish_seen_subcommand_from query' -l aggregation -x -a 'avg sum");
  });

  it("gives commands, flags and values as JSON for other shells", async () => {
    const { commands } = JSON.parse((await runCommandLine(["completion", "--json"])).stdout) as {
      commands: CommandDescription[];
    };
    expect(commands.slice(0, COMMANDS.length).map(({ name }) => name)).toEqual(COMMANDS);
    const format = commands.find(({ name }) => name === "export")?.flags.find(({ long }) => long === "--format");
    expect(format).toMatchObject({ takesValue: true, choices: ["ndjson", "csv", "parquet"] });
  });

  it("refuses a shell it does not know", async () => {
    expect((await runCommandLine(["completion", "cmd"])).code).toBe(2);
  });
});
