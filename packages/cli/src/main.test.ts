import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TIDEGAUGE } from "./command.testing.js";

/** A device on which there is never any room. */
const FULL = "/dev/full";

/** Runs a command with one of its outputs on a full disk. */
function onFullDisk(stream: "stdout" | "stderr", args: readonly string[]): { status: number | null; other: string } {
  const full = openSync(FULL, "w");
  try {
    const stdio = (["ignore", "pipe", "pipe"] as ("ignore" | "pipe" | number)[]).with(
      stream === "stdout" ? 1 : 2,
      full,
    );
    const { status, stdout, stderr } = spawnSync(process.execPath, [TIDEGAUGE, ...args], { stdio, encoding: "utf8" });
    return { status, other: stream === "stdout" ? stderr : stdout };
  } finally {
    closeSync(full);
  }
}

describe.skipIf(!existsSync(FULL))("the tidegauge command on a full disk", () => {
  it("says that its output could not be written, in a line or as JSON", () => {
    const { status, other } = onFullDisk("stdout", ["completion", "bash"]);
    expect(other).toMatch(/^tidegauge: standard output could not be written: ENOSPC.* \(OUTPUT_INCOMPLETE\)\n$/);
    expect(status).toBe(1);
    const json = JSON.parse(onFullDisk("stdout", ["completion", "--json"]).other) as { error: { code: string } };
    expect(json.error.code).toBe("OUTPUT_INCOMPLETE");
  });

  it("goes on where only its messages have no room", () => {
    const { status, other } = onFullDisk("stderr", ["nonsense"]);
    expect({ status, other }).toEqual({ status: 2, other: "" });
  });

  it("serves on where its log has no room, and ends as it is told", async () => {
    const directory = mkdtempSync(join(tmpdir(), "tidegauge-full-"));
    const full = openSync(FULL, "w");
    const args = [TIDEGAUGE, "serve", "--port", "0", "--data-dir", directory];
    const server = spawn(process.execPath, args, { stdio: ["ignore", "pipe", full] });
    const closed = once(server, "close");
    try {
      const [line] = (await once(server.stdout?.setEncoding("utf8") as NodeJS.ReadableStream, "data")) as [string];
      const url = line.replace("listening on ", "").trim();
      for (let times = 0; times < 3; times++) expect((await fetch(`${url}/readyz`)).status).toBe(200);
      server.kill("SIGTERM");
      expect(await closed).toEqual([0, null]);
    } finally {
      server.kill("SIGKILL");
      await closed;
      closeSync(full);
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
