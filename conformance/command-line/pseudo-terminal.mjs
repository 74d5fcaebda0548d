import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("pseudo-terminal.py", import.meta.url));

/** A command in a terminal: what it shows can be read, keys can be pressed, the size can change. */
export class PseudoTerminal {
  /** Everything written so far, with colours and cursor moves. */
  written = "";
  #child;
  #closed;

  /**
   * @param {readonly string[]} command program and arguments
   * @param {{ rows?: number, columns?: number, env?: Readonly<Record<string, string>>, cwd?: string }} options
   */
  constructor(command, { rows = 24, columns = 100, env = {}, cwd } = {}) {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(TIDEGAUGE_|ELASTIC_APM_|NODE_OPTIONS$|VITEST|CI$|NO_COLOR$|FORCE_COLOR$)/.test(name),
    );
    this.#child = spawn("python3", [PROGRAM, String(rows), String(columns), ...command], {
      cwd,
      env: { ...Object.fromEntries(inherited), TERM: "xterm-256color", ELASTIC_APM_CLOUD_PROVIDER: "none", ...env },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#child.stdout.setEncoding("utf8").on("data", (text) => {
      this.written += text;
    });
    this.#closed = once(this.#child, "close");
  }

  /** Forgets what was written, so that a following `shows` waits for what comes now. */
  forget() {
    this.written = "";
  }

  /** Waits until the text is written; the test's time limit ends a wait for what never comes. */
  async shows(wanted) {
    while (!(wanted instanceof RegExp ? wanted.test(this.written) : this.written.includes(wanted))) {
      if (this.#child.exitCode !== null) throw new Error(`ended without ${wanted}:\n${this.written}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  press(keys) {
    this.#child.stdin.write(`${JSON.stringify({ keys })}\n`);
  }

  resize(rows, columns) {
    this.#child.stdin.write(`${JSON.stringify({ resize: [rows, columns] })}\n`);
  }

  /** Waits for the command's end. @returns {Promise<number>} its exit code */
  async ended() {
    await this.#closed;
    return this.#child.exitCode;
  }

  /** Ends it, whatever it does. */
  kill() {
    this.#child.kill("SIGKILL");
  }
}
