import { spawn } from "node:child_process";
import { once } from "node:events";

/** A program in a process group of its own, as a shell would start it. */
export class Program {
  output = "";

  /** @param {string} command @param {readonly string[]} args @param {import("node:child_process").SpawnOptions} options */
  constructor(command, args, options) {
    this.child = spawn(command, args, { ...options, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.on("data", (data) => {
        this.output += data;
        this.child.emit("output");
      });
    }
    this.ended = once(this.child, "close").then(([code, signal]) => code ?? signal);
    const kill = () => this.#signal("SIGKILL");
    process.once("exit", kill); // a test that breaks leaves nothing running
    this.ended.then(() => process.removeListener("exit", kill)).catch(() => {});
  }

  /** Waits until its output matches; gives the first group. @param {RegExp} pattern @returns {Promise<string>} */
  async says(pattern) {
    for (;;) {
      const found = pattern.exec(this.output);
      if (found !== null) return found[1] ?? found[0];
      const ended = await Promise.race([this.ended.then(() => true), once(this.child, "output").then(() => false)]);
      if (ended && !pattern.test(this.output))
        throw new Error(`${this.child.spawnargs.join(" ")} ended:\n${this.output}`);
    }
  }

  /** Ctrl-C: the whole group gets it. @returns {Promise<number | string>} exit code or signal */
  async stop() {
    this.#signal("SIGINT");
    return this.ended;
  }

  /** Its exit code must be 0. @returns {Promise<string>} what it printed */
  async end() {
    const code = await this.ended;
    if (code !== 0) throw new Error(`${this.child.spawnargs.join(" ")} ended with ${code}:\n${this.output}`);
    return this.output;
  }

  #signal(signal) {
    try {
      process.kill(-this.child.pid, signal);
    } catch {
      // it has ended already
    }
  }
}
