import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCommandLine, TIDEGAUGE } from "./command.testing.js";
import { createProgram } from "./program.js";

const COMMANDS = createProgram().commands.map((command) => command.name());

/** Every file that a command line loads, by V8's own account. */
function loadedBy(...args: string[]): string[] {
  const directory = mkdtempSync(join(tmpdir(), "tidegauge-loaded-"));
  try {
    spawnSync(process.execPath, [TIDEGAUGE, ...args], { env: { ...process.env, NODE_V8_COVERAGE: directory } });
    return readdirSync(directory).flatMap((file) => {
      const { result } = JSON.parse(readFileSync(join(directory, file), "utf8")) as { result: { url: string }[] };
      return result.map(({ url }) => url);
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

describe("tidegauge", () => {
  it.each([["--version"], ["--help"], ["serve", "--help"], ["completion", "bash"]])(
    "loads neither server, store engine nor agent for %s %s",
    (...args) => {
      const loaded = loadedBy(...args);
      expect(loaded.filter((url) => url.includes("/packages/cli/")).length).toBeGreaterThan(5);
      expect(loaded.filter((url) => /\/packages\/(server|agent)\/|duckdb|\/zod\/|\/pino\//.test(url))).toEqual([]);
    },
  );

  it("loads the store engine for the one command that serves", () => {
    expect(loadedBy("serve", "--retention", "soon").some((url) => url.includes("/packages/server/"))).toBe(true);
  });

  it.each(COMMANDS)("explains %s with examples", async (name) => {
    const { code, stdout, stderr } = await runCommandLine([name, "--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/\nExamples:\n {2}\$ (.* )?(source <\()?tidegauge /);
  });

  it("tells the exit codes, and shows the help where no command is named", async () => {
    const { stdout } = await runCommandLine(["--help"]);
    expect(stdout).toContain("Exit codes:");
    const nothing = await runCommandLine([]);
    expect({ code: nothing.code, stdout: nothing.stdout }).toEqual({ code: 2, stdout: "" });
    expect(nothing.stderr).toContain("Usage: tidegauge");
  });

  it.each([
    [["query"], "missing required argument 'metric'; see tidegauge query --help"],
    [["nonsense"], "unknown command 'nonsense'; see tidegauge --help"],
    [["top", "--interval", "soon"], "'soon' is not a duration"],
    [["serve", "--prot", "1"], "unknown option '--prot' (Did you mean --port?); see tidegauge serve --help"],
    [["query", "x", "--aggregation", "mean"], "Allowed choices are avg, sum, min, max"],
    [["completion"], "name a shell: bash, zsh, fish"],
  ])("ends with 2 and says what is wrong with %j, as text or as JSON", async (args, message) => {
    const text = await runCommandLine(args);
    expect({ code: text.code, stdout: text.stdout }).toEqual({ code: 2, stdout: "" });
    expect(text.stderr).toMatch(/^tidegauge: [^\n]+ \(USAGE\)\n$/);
    expect(text.stderr).toContain(message);
    if (args[0] === "nonsense" || args[0] === "completion") return;
    const json = await runCommandLine([...args, "--json"]);
    expect(json.code).toBe(2);
    const { error } = JSON.parse(json.stderr) as { error: { code: string; message: string } };
    expect(error.code).toBe("USAGE");
    expect(error.message).toContain(message);
  });
});
