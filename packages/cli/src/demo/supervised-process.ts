import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** How long a process may take to end by itself before it is killed. */
const STOP_GRACE_MS = 3_000;
const RESTART_PAUSE_MS = 1_000;

/** What to run and how to talk about it. */
export interface SupervisedProcessOptions {
  /** Program beside this file, without extension. */
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
  /** Whether it prints `listening on <port>` when it can be used. */
  readonly listens: boolean;
  /** A line for the person at the terminal. */
  readonly say: (line: string) => void;
}

/** One process of the demo's application, started again when it ends by itself, as an orchestrator would. */
export class SupervisedProcess {
  readonly #options: SupervisedProcessOptions;
  #child: ChildProcess | undefined;
  #stopped = false;
  /** Kept over restarts, so that the others find it again. */
  #port = 0;

  constructor(options: SupervisedProcessOptions) {
    this.#options = options;
  }

  /** The port it listens on; 0 before it does. */
  get port(): number {
    return this.#port;
  }

  /** The process id while it runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts it and waits until it can be used. Rejects when it ends before that. */
  async start(): Promise<void> {
    const { program, listens } = this.#options;
    const child = this.#spawn();
    const ended = once(child, "exit").then(([code]) => {
      throw new Error(`the demo's ${program} ended with exit code ${String(code)} while starting`);
    });
    await Promise.race([listens ? this.#readPort(child) : once(child, "spawn"), ended]);
    ended.catch(() => {}); // from here on the exit is the supervisor's matter
    child.once("exit", () => void this.#restart());
  }

  /** From now on its end is expected: Ctrl-C on a terminal reaches every process at once. */
  expectEnd(): void {
    this.#stopped = true;
  }

  /** Ends it, by force if it does not end by itself. */
  async stop(): Promise<void> {
    this.expectEnd();
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_GRACE_MS);
    await exit;
    clearTimeout(timer);
  }

  #spawn(): ChildProcess {
    const { program, env } = this.#options;
    const leash = new URL("./leash.js", import.meta.url).href;
    const child = spawn(
      process.execPath,
      ["--import", leash, fileURLToPath(new URL(`./${program}.js`, import.meta.url))],
      { env: { ...process.env, ...env, PORT: String(this.#port) }, stdio: ["ignore", "pipe", "inherit", "ipc"] },
    );
    this.#child = child;
    return child;
  }

  async #readPort(child: ChildProcess): Promise<void> {
    if (child.stdout === null) return;
    for await (const line of createInterface({ input: child.stdout })) {
      const port = /^listening on (\d+)$/.exec(line)?.[1];
      if (port === undefined) continue;
      this.#port = Number(port);
      child.stdout.resume();
      return;
    }
  }

  async #restart(): Promise<void> {
    if (this.#stopped) return;
    this.#options.say(`the demo's ${this.#options.program} ended; starting it again`);
    await sleep(RESTART_PAUSE_MS);
    if (this.#stopped) return;
    await this.start().catch(() => this.#restart());
  }
}
