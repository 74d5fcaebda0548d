import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CommandProcess, runCommandLine } from "./command.testing.js";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tidegauge-serve-"));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe("tidegauge serve", () => {
  it("prints one line when it is ready, and ends at SIGTERM with exit code 0", async () => {
    const command = new CommandProcess(["serve", "--port", "0", "--data-dir", join(directory, "data")]);
    const url = await command.listening();
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const { code, stdout } = await command.signal("SIGTERM");
    expect({ code, stdout }).toEqual({ code: 0, stdout: `listening on ${url}\n` });
    expect(existsSync(join(directory, "data"))).toBe(true);
  });

  it("takes every flag from the environment too, and shows no secret", async () => {
    const command = new CommandProcess(["serve", "--json"], {
      TIDEGAUGE_PORT: "0",
      TIDEGAUGE_DATA_DIR: directory,
      TIDEGAUGE_SECRET_TOKEN: "token-of-the-environment",
      TIDEGAUGE_API_KEY: "id:key-of-the-environment",
    });
    const { url } = JSON.parse(await firstLine(command)) as { url: string };
    const status = async (authorization?: string): Promise<number> =>
      (await fetch(`${url}/metrics`, { headers: authorization === undefined ? {} : { Authorization: authorization } }))
        .status;
    expect(await status()).toBe(401);
    expect(await status("Bearer token-of-the-environment")).toBe(200);
    expect(await status(`ApiKey ${Buffer.from("id:key-of-the-environment").toString("base64")}`)).toBe(200);
    const { code, stderr, stdout } = await command.signal("SIGINT");
    expect(code).toBe(0);
    expect(stderr + stdout).not.toContain("of-the-environment");
  });

  it.each([
    ["It must be a number from 0 to 65535", ["serve", "--port", "ninety"]],
    ["--retention must be a number with a unit", ["serve", "--port", "0", "--retention", "soon"]],
    ["--output must be store, elasticsearch, or both", ["serve", "--output", "paper", "--port", "0"]],
    ["--max-connections must be a whole number of at least 1", ["serve", "--port", "0", "--max-connections", "abc"]],
    ["--api-key must be written id:key", ["serve", "--port", "0", "--api-key", "nocolon"]],
    ["--tls-key must be given too", ["serve", "--port", "0", "--tls-cert", "x"]],
    ["unknown option", ["serve", "--no-such-flag"]],
    ["unknown command", ["nonsense"]],
  ])("ends with exit code 2 and says what is wrong with the command line: %s", async (message, args) => {
    const { code, stdout, stderr } = await runCommandLine(args, { TIDEGAUGE_DATA_DIR: directory });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  it("calls an option by its variable where that is what is wrong", async () => {
    const { code, stderr } = await runCommandLine(["serve", "--port", "0"], { TIDEGAUGE_DATA_DIR: "" });
    expect(stderr).toBe("tidegauge: TIDEGAUGE_DATA_DIR must be a text that is not empty (USAGE)\n");
    expect(code).toBe(2);
  });

  it("says that an empty token is none", async () => {
    const command = new CommandProcess(["serve", "--port", "0", "--data-dir", directory], {
      TIDEGAUGE_HOST: "0.0.0.0",
      TIDEGAUGE_SECRET_TOKEN: "",
    });
    await command.listening();
    const { stderr } = await command.signal("SIGTERM");
    expect(stderr).toContain("the secret token is empty, so there is none");
    expect(stderr).toContain("only this machine is served");
    expect(stderr).not.toContain("shorter than");
  });

  it("is not insecure because a variable says false, and splits only the variable of keys at commas", async () => {
    const args = ["serve", "--host", "0.0.0.0", "--port", "0", "--data-dir", directory];
    for (const wrong of ["0", "yes"]) {
      const { code, stderr } = await runCommandLine(args, { TIDEGAUGE_INSECURE: wrong });
      expect(stderr).toContain(`TIDEGAUGE_INSECURE is true or false, not '${wrong}'`);
      expect(code).toBe(2);
    }
    const command = new CommandProcess(args, { TIDEGAUGE_INSECURE: "false" });
    await command.listening();
    expect((await command.signal("SIGTERM")).stderr).toContain("only this machine is served");
    const keyed = new CommandProcess(["serve", "--port", "0", "--api-key", "id:with,comma"], {
      TIDEGAUGE_DATA_DIR: directory,
    });
    const headers = { Authorization: `ApiKey ${Buffer.from("id:with,comma").toString("base64")}` };
    expect((await fetch(`${await keyed.listening()}/metrics`, { headers })).status).toBe(200);
    await keyed.signal("SIGTERM");
  });

  it("ends with exit code 1 and names the port when it is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as AddressInfo;
    const { code, stderr } = await runCommandLine(["serve", "--port", String(port), "--data-dir", directory]);
    taken.close();
    expect(code).toBe(1);
    expect(stderr).toContain(String(port));
  });

  it("ends with exit code 1 and says what a data directory must be", async () => {
    const { code, stderr } = await runCommandLine(["serve", "--port", "0", "--data-dir", process.execPath]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^tidegauge: the data directory \S+ cannot be used \(.*--data-dir \(STORE_UNAVAILABLE\)$/m);
  });

  it("explains itself with examples, and tells its version", async () => {
    const { code, stdout } = await runCommandLine(["serve", "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("Examples:");
    expect(stdout).toContain("TIDEGAUGE_DATA_DIR");
    expect((await runCommandLine(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

async function firstLine(command: CommandProcess): Promise<string> {
  while (!command.stdout.includes("\n")) await new Promise((resolve) => setTimeout(resolve, 20));
  return command.stdout.split("\n")[0] ?? "";
}
