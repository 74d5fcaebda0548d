import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const TIDEGAUGE = fileURLToPath(new URL("../packages/cli/bin/tidegauge.js", import.meta.url));

/** A `tidegauge` command in a process of its own that prints `listening on <url>` when it can be used. */
export class TidegaugeProcess {
  /** @param {import("node:child_process").ChildProcess} child @param {string} url */
  constructor(child, url) {
    this.child = child;
    this.url = url;
  }

  /**
   * @param {readonly string[]} args such as `["serve", "--data-dir", directory]`; the port is chosen by the system
   * @param {Record<string, string>} [environment] beside the present one
   * @returns {Promise<TidegaugeProcess>}
   */
  static async start(args, environment = {}) {
    const child = spawn(process.execPath, [TIDEGAUGE, ...args, "--port", "0"], {
      env: { TIDEGAUGE_LOG_LEVEL: "warn", ...process.env, ...environment },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const killIt = () => child.kill("SIGKILL");
    process.once("exit", killIt); // a suite that breaks leaves nothing running
    child.once("exit", () => process.removeListener("exit", killIt));
    const ended = once(child, "exit").then(([code, signal]) => {
      throw new Error(`tidegauge ${args.join(" ")} ended with ${signal ?? code} before it listened`);
    });
    const url = await Promise.race([readAddress(child), ended]);
    ended.catch(() => {});
    return new TidegaugeProcess(child, url);
  }

  /** Asks it to stop and waits. @returns {Promise<number | null>} its exit code */
  async stop() {
    return this.#end("SIGTERM");
  }

  /** Kills it as a power cut would. */
  async kill() {
    await this.#end("SIGKILL");
  }

  async #end(signal) {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exit = once(this.child, "exit");
      this.child.kill(signal);
      await exit;
    }
    return this.child.exitCode;
  }
}

async function readAddress(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /^listening on (http\S+)$/.exec(line)?.[1];
    if (address === undefined) continue;
    child.stdout.resume();
    return address;
  }
  throw new Error("tidegauge closed its output before it listened");
}

/** A directory that `remove()` takes away again. */
export function temporaryDirectory() {
  const path = mkdtempSync(join(tmpdir(), "tidegauge-conformance-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
