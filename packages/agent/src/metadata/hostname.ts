import { readFileSync } from "node:fs";
import { hostname as osHostname } from "node:os";

const COMMAND_TIMEOUT_MS = 500;
const POWERSHELL_TIMEOUT_MS = 2000;

/** What the detection looks at, replaceable in tests. */
export interface HostnameSources {
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
  /** Standard output of a command; rejects if it fails or takes too long. */
  run(command: string, args: readonly string[], timeoutMs: number): Promise<string>;
  readFile(path: string): string;
  osHostname(): string;
}

const SYSTEM: HostnameSources = {
  platform: process.platform,
  env: process.env,
  run,
  readFile: (path) => readFileSync(path, "utf8"),
  osHostname,
};

/** The full name of this host, lower-cased (W-23). Runs a command; never rejects. */
export async function detectHostname(sources: HostnameSources = SYSTEM): Promise<string> {
  const found = sources.platform === "win32" ? await windowsName(sources) : await unixName(sources);
  return clean(found) || clean(sources.osHostname());
}

async function unixName(sources: HostnameSources): Promise<string> {
  const { env } = sources;
  const name =
    (await sources.run("hostname", ["-f"], COMMAND_TIMEOUT_MS).then(clean, () => "")) ||
    clean(env.HOSTNAME ?? "") ||
    clean(env.HOST ?? "") ||
    clean(read(sources, "/etc/hostname"));
  return name.toLowerCase() === "localhost.localdomain" ? sources.osHostname() : name;
}

async function windowsName(sources: HostnameSources): Promise<string> {
  const script = "[System.Net.Dns]::GetHostEntry($env:computerName).HostName";
  return (
    (await sources
      .run("powershell.exe", ["-NoProfile", "-Command", script], POWERSHELL_TIMEOUT_MS)
      .then(clean, () => "")) ||
    (await sources.run("hostname", [], COMMAND_TIMEOUT_MS).then(clean, () => "")) ||
    clean(sources.env.COMPUTERNAME ?? "")
  );
}

function read(sources: HostnameSources, path: string): string {
  try {
    return sources.readFile(path);
  } catch {
    return "";
  }
}

/** Trimmed of everything up to U+0020 and lower-cased. */
function clean(name: string): string {
  let start = 0;
  let end = name.length;
  while (start < end && name.charCodeAt(start) <= 0x20) start++;
  while (end > start && name.charCodeAt(end - 1) <= 0x20) end--;
  return name.slice(start, end).toLowerCase();
}

function run(command: string, args: readonly string[], timeoutMs: number): Promise<string> {
  const { execFile } = process.getBuiltinModule("node:child_process");
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, { timeout: timeoutMs, windowsHide: true }, (error, stdout) => {
      if (error) reject(error);
      else resolve(stdout);
    });
    // A host name is not worth keeping a finished program alive for.
    child.unref();
  });
}
