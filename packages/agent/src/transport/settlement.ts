/** Somebody who waits for batches to end. */
export interface Wait {
  /** Resolves when every batch waited for has ended; never after `leave`. */
  readonly settled: Promise<void>;
  /** Ends the waiting: a server that is away keeps batches open for as long as it likes. */
  leave(): void;
}

/** Knows which batches still wait for their end, accepted, dropped or on disk, and tells who waits for it (W-76). */
export class Settlement {
  /** Sequences in ascending order: they are begun in order. */
  readonly #open = new Set<number>();
  readonly #waiting = new Set<{ readonly upTo: number; readonly resolve: () => void }>();

  begin(sequence: number): void {
    this.#open.add(sequence);
  }

  end(sequence: number): void {
    if (!this.#open.delete(sequence)) return;
    for (const waiter of this.#waiting) {
      if (!this.isSettled(waiter.upTo)) continue;
      this.#waiting.delete(waiter);
      waiter.resolve();
    }
  }

  /** Whether every batch up to this one has ended. */
  isSettled(upTo: number): boolean {
    return this.#oldest() > upTo;
  }

  /** Waits for the end of every batch up to this one. Who does not wait any more has to leave. */
  wait(upTo: number): Wait {
    let resolve = (): void => {};
    const settled = new Promise<void>((done) => {
      resolve = done;
    });
    const waiter = { upTo, resolve };
    if (this.isSettled(upTo)) resolve();
    else this.#waiting.add(waiter);
    return { settled, leave: () => void this.#waiting.delete(waiter) };
  }

  #oldest(): number {
    for (const sequence of this.#open) return sequence;
    return Number.POSITIVE_INFINITY;
  }
}
