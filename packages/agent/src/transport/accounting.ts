import type { DropReason, TransportStats } from "./transport.js";

/** Where every recorded event is (W-93). Each method moves events from one place to another, so the sum always equals what was recorded. */
export class Accounting {
  #recorded = 0;
  #accepted = 0;
  #queued = 0;
  #spooled = 0;
  readonly #dropped: Record<DropReason, number> = { queueFull: 0, rejected: 0, tooLarge: 0, spoolFull: 0, closed: 0 };

  /** New events, waiting in memory. */
  record(events: number): void {
    this.#recorded += events;
    this.#queued += events;
  }

  /** Events a dead process left on disk: they count as recorded here (W-91). */
  inherit(events: number): void {
    this.#recorded += events;
    this.#spooled += events;
  }

  /** New events that were lost at once. */
  recordDropped(reason: DropReason, events: number): void {
    this.#recorded += events;
    this.#dropped[reason] += events;
  }

  /** From memory to disk. */
  spool(events: number): void {
    this.#queued -= events;
    this.#spooled += events;
  }

  /** From memory or disk to the server. */
  accept(events: number, from: "queued" | "spooled"): void {
    this.#leave(events, from);
    this.#accepted += events;
  }

  /** From memory or disk to nowhere. */
  drop(reason: DropReason, events: number, from: "queued" | "spooled"): void {
    this.#leave(events, from);
    this.#dropped[reason] += events;
  }

  stats(): TransportStats {
    return {
      recorded: this.#recorded,
      accepted: this.#accepted,
      queued: this.#queued,
      spooled: this.#spooled,
      dropped: { ...this.#dropped },
    };
  }

  #leave(events: number, from: "queued" | "spooled"): void {
    if (from === "queued") this.#queued -= events;
    else this.#spooled -= events;
  }
}
