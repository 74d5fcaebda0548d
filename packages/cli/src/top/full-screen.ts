import { constants } from "node:os";
import { cutLine, ESC } from "../text/line.js";

const ENTER_SCREEN = "\u001b[?1049h\u001b[?25l";
const LEAVE_SCREEN = "\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const CLEAR_LINE_END = "\u001b[K";
const CLEAR_SCREEN_END = "\u001b[J";

/** A signal that asks the process to end. The terminal's Ctrl-C comes as a key instead. */
const ENDING = ["SIGTERM", "SIGHUP", "SIGINT"] as const;

/** A key as a terminal sends it: an escape sequence as a whole, such as that of an arrow, else one character. */
const KEY = new RegExp(`${ESC}(?:\\[[0-9;]*[ -/]*[@-~]|O[A-Z])|.`, "gsu");

/**
 * The whole terminal for one command. It is left as it was found however the process ends: by `close`, a signal, or an
 * error nobody caught. (`kill -9` leaves no time for that.)
 */
export class FullScreen {
  readonly #restore = (): void => this.close();
  readonly #end = (signal: NodeJS.Signals): void => process.exit(128 + constants.signals[signal]);
  #isOpen = true;

  constructor() {
    process.stdout.write(ENTER_SCREEN);
    process.stdin.setRawMode(true).setEncoding("utf8").resume();
    process.once("exit", this.#restore);
    process.once("uncaughtExceptionMonitor", this.#restore); // before the error is printed, or it would vanish
    for (const signal of ENDING) process.once(signal, this.#end);
  }

  /** Lines of the terminal. One that does not know its size is taken for the usual one. */
  get height(): number {
    return process.stdout.rows || 24;
  }

  /** Draws lines from the top, each cut to the width; what does not fit below is left out. */
  draw(lines: readonly string[]): void {
    if (!this.#isOpen) return;
    const cut = lines.slice(0, this.height).map((line) => cutLine(line, process.stdout.columns || 80) + CLEAR_LINE_END);
    process.stdout.write(`${HOME}${cut.join("\r\n")}${CLEAR_SCREEN_END}`);
  }

  /** The keys as they are pressed, until the terminal is gone. */
  async *keys(): AsyncGenerator<string> {
    for await (const chunk of process.stdin) for (const [key] of String(chunk).matchAll(KEY)) yield key;
  }

  /** Calls back when the terminal has another size. */
  onResize(redraw: () => void): void {
    process.stdout.on("resize", redraw);
  }

  /** Gives the terminal back. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    process.off("exit", this.#restore).off("uncaughtExceptionMonitor", this.#restore);
    for (const signal of ENDING) process.off(signal, this.#end);
    process.stdout.removeAllListeners("resize");
    process.stdin.setRawMode(false).pause();
    process.stdout.write(LEAVE_SCREEN);
  }
}
