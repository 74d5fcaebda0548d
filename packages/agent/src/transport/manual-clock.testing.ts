import type { Clock, Timer } from "./clock.js";

interface Waiting {
  at: number;
  callback: () => void;
}

/** Time that passes only when told to. */
export class ManualClock implements Clock {
  #now = 0;
  #waiting: Waiting[] = [];
  /** How many timers were ever set: what an idle agent costs. */
  armed = 0;

  now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): Timer {
    this.armed++;
    const waiting = { at: this.#now + delayMs, callback };
    this.#waiting.push(waiting);
    return {
      cancel: () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
      },
    };
  }

  /** Milliseconds until each timer, in order. */
  get pending(): number[] {
    return this.#waiting.map(({ at }) => at - this.#now).sort((a, b) => a - b);
  }

  /** Lets time pass, timer by timer; between two of them, promises and `settle` get their turn. */
  async pass(ms: number, settle: () => Promise<void> = turn): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (;;) {
      const next = this.#waiting.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#waiting = this.#waiting.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await settle();
    }
    this.#now = end;
  }
}

/** A turn of the event loop and its promises. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
