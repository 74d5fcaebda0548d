import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CommandProcess, until } from "../command.testing.js";
import { ReadingServer } from "../reading-server.testing.js";

/** Samples whose rows are more than a pipe and a stream hold together, so that the command waits for its reader. */
const SAMPLES = 10_000;

let directory: string;
let server: ReadingServer;
let running: CommandProcess | undefined;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "tidegauge-samples-test-"));
  server = await ReadingServer.start();
  const timestamp = Date.now() * 1000;
  const load = Array.from({ length: SAMPLES }, (_, n) => ({
    timestamp: timestamp - n * 1000,
    samples: { load: { type: "gauge", value: n } },
  }));
  await server.send({ service: "large", node: "n1", process: "p1" }, load);
  await server.close();
});

afterAll(async () => {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

// One that a failed attempt leaves holds the store against the next.
afterEach(async () => {
  running?.child.kill("SIGKILL");
  running?.child.stdout?.resume();
  await running?.finished();
  running = undefined;
});

const written = (scratch: string): string[] => readdirSync(scratch, { recursive: true, encoding: "utf8" });

/** An export of the whole store that has a directory for temporary files to itself. */
function exporting(name: string, ...args: string[]): { command: CommandProcess; scratch: string } {
  const scratch = mkdtempSync(join(directory, name)); // another at each attempt of a test
  const command = new CommandProcess(["export", "--data-dir", server.dataDir, ...args], { TMPDIR: scratch });
  command.child.stdout?.pause();
  running = command;
  return { command, scratch };
}

describe("tidegauge export --data-dir", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("leaves no scratch file at %s, whatever the engine is doing", async (signal, code) => {
    const { command, scratch } = exporting(signal);
    await until(() => (written(scratch).length > 1 ? true : undefined));
    command.child.kill(signal);
    await once(command.child, "exit");
    command.child.stdout?.resume();
    const { stderr, ...finished } = await command.finished();
    expect({ code: finished.code, stderr }).toEqual({ code, stderr: "" });
    expect(written(scratch)).toEqual([]);
  });

  it("leaves none when whoever reads has had enough", async () => {
    const { command, scratch } = exporting("enough");
    command.child.stdout?.destroy();
    const { code, stderr } = await command.finished();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(written(scratch)).toEqual([]);
  });

  it("leaves no half of a file at SIGINT", async () => {
    const place = mkdtempSync(join(directory, "output-"));
    const output = join(place, "whole.ndjson");
    const { command } = exporting("file", "--output", output);
    await until(() => (readdirSync(place).length > 0 ? true : undefined));
    const { code, stderr } = await command.signal("SIGINT");
    expect(stderr).toBe("");
    // The signal may come too late: then the file is whole.
    if (readdirSync(place).length > 0)
      expect(readFileSync(output, "utf8").trim().split("\n").length).toBeGreaterThan(SAMPLES);
    else expect(code).toBe(130);
  });
});
