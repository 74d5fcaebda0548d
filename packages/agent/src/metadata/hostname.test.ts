import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { detectHostname, type HostnameSources } from "./hostname.js";

/** A host on which only the given sources answer. */
function host(
  given: Partial<HostnameSources> & { commands?: Record<string, string>; files?: Record<string, string> },
): HostnameSources & { ran: string[] } {
  const ran: string[] = [];
  return {
    ran,
    platform: given.platform ?? "linux",
    env: given.env ?? {},
    osHostname: given.osHostname ?? (() => "os-name"),
    run: async (command, args, timeoutMs) => {
      ran.push(`${command} ${timeoutMs}`);
      const output = given.commands?.[[command, ...args].join(" ").slice(0, 20)];
      if (output === undefined) throw new Error("failed");
      return output;
    },
    readFile: (path) => {
      const text = given.files?.[path];
      if (text === undefined) throw new Error("missing");
      return text;
    },
  };
}

describe("host name", () => {
  it.each([
    [
      "the command",
      host({ commands: { "hostname -f": " \tWeb-1.Example.ORG\n" }, env: { HOSTNAME: "env" } }),
      "web-1.example.org",
    ],
    ["HOSTNAME", host({ env: { HOSTNAME: "Env-Name", HOST: "h" }, files: { "/etc/hostname": "file\n" } }), "env-name"],
    ["HOST", host({ env: { HOST: "h" }, files: { "/etc/hostname": "file\n" } }), "h"],
    ["/etc/hostname", host({ files: { "/etc/hostname": "file\n" } }), "file"],
    ["the operating system", host({}), "os-name"],
    ["not localhost.localdomain", host({ commands: { "hostname -f": "localhost.localdomain\n" } }), "os-name"],
    [
      "PowerShell on Windows",
      host({ platform: "win32", commands: { "powershell.exe -NoPr": "PC.corp\r\n" } }),
      "pc.corp",
    ],
    ["hostname on Windows", host({ platform: "win32", commands: { hostname: "PC\r\n" } }), "pc"],
    ["COMPUTERNAME", host({ platform: "win32", env: { COMPUTERNAME: "PC2", HOSTNAME: "no" } }), "pc2"],
  ])("W-23 comes from %s", async (_name, sources, expected) => {
    expect(await detectHostname(sources)).toBe(expected);
  });

  it("W-23 limits the command to 500 ms, PowerShell to 2 s", async () => {
    const unix = host({});
    await detectHostname(unix);
    const windows = host({ platform: "win32" });
    await detectHostname(windows);
    expect([...unix.ran, ...windows.ran]).toEqual(["hostname 500", "powershell.exe 2000", "hostname 500"]);
  });

  it("W-23 agrees with this machine's own command", async () => {
    const expected = execFileSync("hostname", ["-f"], { encoding: "utf8" }).trim().toLowerCase();
    expect(await detectHostname()).toBe(expected);
  });
});
