import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The command as a clone has it. */
export const TIDEGAUGE: string = fileURLToPath(new URL("../bin/tidegauge.js", import.meta.url));

/** What a finished command left. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The `tidegauge` command in a process of its own, without flags from the environment. */
export class CommandProcess {
  readonly child: ChildProcess;
  stdout = "";
  stderr = "";
  readonly #closed: Promise<unknown[]>;

  /** `detached`: away from the terminal that the tests may run in. */
  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}, { detached = false } = {}) {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(TIDEGAUGE_|ELASTIC_APM_|NODE_OPTIONS$|VITEST)/.test(name),
    );
    this.child = spawn(process.execPath, [TIDEGAUGE, ...args], {
      env: { ...Object.fromEntries(inherited), NO_COLOR: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached,
    });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    this.#closed = once(this.child, "close");
  }

  /** Waits for the line `listening on …` and gives its address. */
  async listening(): Promise<string> {
    for (;;) {
      const url = /^listening on (\S+)$/m.exec(this.stdout)?.[1];
      if (url !== undefined) return url;
      const more = this.child.stdout === null ? Promise.resolve() : once(this.child.stdout, "data");
      const ended = this.#closed.then(() => Promise.reject(new Error(`ended before it listened: ${this.stderr}`)));
      await Promise.race([more, ended]);
      ended.catch(() => {});
    }
  }

  /** Sends a signal and waits for the end. */
  async signal(signal: NodeJS.Signals): Promise<Finished> {
    this.child.kill(signal);
    return this.finished();
  }

  /** Waits for the end of the process and of its output. */
  async finished(): Promise<Finished> {
    await this.#closed;
    return { code: this.child.exitCode, stdout: this.stdout, stderr: this.stderr };
  }
}

/** Runs a command to its end. */
export function runCommandLine(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Finished> {
  return new CommandProcess(args, env).finished();
}

/** Asks until the answer is there; vitest's time limit ends a wait for what never comes. */
export async function until<T>(ask: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Runs the command in a pseudo-terminal, typing `keys` when the screen shows `cue`. Colours and cursor moves stay in the text. */
export async function inTerminal(
  args: readonly string[],
  env: Record<string, string>,
  cues: readonly [string, string][] = [],
): Promise<{ code: number | null; screen: string }> {
  // exec: a shell that stays in the terminal's group hears Ctrl-C too, and dash then ends by it.
  const command = `exec ${[process.execPath, TIDEGAUGE, ...args].map((part) => `'${part}'`).join(" ")}`;
  const child = spawn("script", ["-qefc", command, "/dev/null"], {
    env: { ...process.env, SHELL: "/bin/sh", TERM: "xterm", ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let screen = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    screen += text;
  });
  const closed = once(child, "close");
  for (const [cue, keys] of cues) {
    await until(() => (screen.includes(cue) ? true : undefined));
    screen = "";
    child.stdin.write(keys);
  }
  await closed;
  return { code: child.exitCode, screen };
}

/** Whether a pseudo-terminal can be had. */
export const hasTerminal: boolean = process.platform === "linux" && spawnSync("script", ["--version"]).status === 0;
if (!hasTerminal) console.log("the pseudo-terminal tests are skipped: util-linux's script(1) is not here");
