import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A person's terminal: commands one after the other, the directory stays from one to the next. */
export class Terminal {
  output = "";
  #child;
  #env;

  /** @param {string} directory where it opens @param {NodeJS.ProcessEnv} env */
  constructor(directory, env) {
    this.directory = directory;
    this.#env = env;
  }

  /** @param {string} file @param {string} text */
  write(file, text) {
    writeFileSync(join(this.directory, file), text);
  }

  /**
   * Types commands and waits until they have ended, or until they say that they are ready and go on.
   *
   * @param {string} commands
   * @param {RegExp} ready
   * @returns {Promise<boolean>} whether they go on
   */
  async type(commands, ready) {
    const places = `${this.directory}.cwd`;
    const child = spawn("bash", ["-e", "-c", `${commands}\npwd > '${places}'`], {
      cwd: this.directory,
      env: this.#env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    const kill = () => this.#signal("SIGKILL");
    process.once("exit", kill); // a test that breaks leaves nothing running
    const ended = once(child, "close").finally(() => process.removeListener("exit", kill));
    const from = this.output.length;
    const isReady = new Promise((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.on("data", (data) => {
          this.output += data;
          if (ready.test(this.output.slice(from))) resolve(true);
        });
      }
    });
    if (await Promise.race([isReady, ended.then(() => false)])) return true;
    if (child.exitCode !== 0) throw new Error(`${commands}\nended with ${child.exitCode}\n${this.output}`);
    if (existsSync(places)) this.directory = readFileSync(places, "utf8").trim();
    rmSync(places, { force: true });
    return false;
  }

  /** Ctrl-C, and waits until what runs has ended. */
  async interrupt() {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, "close");
    this.#signal("SIGINT");
    await closed;
  }

  #signal(signal) {
    try {
      process.kill(-this.#child.pid, signal);
    } catch {
      // it has ended already
    }
  }
}
