/** At most so often is the line drawn anew. */
const REDRAW_MS = 100;

/** How far long work has come: one line on standard error, drawn in place. Nothing where that is no terminal. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  #shownMs = Number.NEGATIVE_INFINITY;
  #isShown = false;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
  }

  /** Says where the work is. */
  show(text: string): void {
    const nowMs = performance.now();
    if (!this.#stream.isTTY || nowMs - this.#shownMs < REDRAW_MS) return;
    this.#shownMs = nowMs;
    this.#isShown = true;
    this.#stream.write(`\r\u001b[K${text}`);
  }

  /** Takes the line away again. */
  clear(): void {
    if (this.#isShown) this.#stream.write("\r\u001b[K");
    this.#isShown = false;
  }
}
