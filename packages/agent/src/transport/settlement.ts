/** Knows which batches still wait for their end, accepted, dropped or on disk, and tells who waits for it (W-76). */
export class Settlement {
  /** Sequences in ascending order: they are begun in order. */
  readonly #open = new Set<number>();
  #waiting: { upTo: number; resolve: () => void }[] = [];

  begin(sequence: number): void {
    this.#open.add(sequence);
  }

  end(sequence: number): void {
    if (!this.#open.delete(sequence) || this.#waiting.length === 0) return;
    const oldest = this.#oldest();
    const ready = this.#waiting.filter(({ upTo }) => oldest > upTo);
    if (ready.length === 0) return;
    this.#waiting = this.#waiting.filter(({ upTo }) => oldest <= upTo);
    for (const { resolve } of ready) resolve();
  }

  /** Whether every batch up to this one has ended. */
  isSettled(upTo: number): boolean {
    return this.#oldest() > upTo;
  }

  /** Resolves when every batch up to this one has ended. */
  whenSettled(upTo: number): Promise<void> {
    if (this.isSettled(upTo)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push({ upTo, resolve });
    });
  }

  #oldest(): number {
    for (const sequence of this.#open) return sequence;
    return Number.POSITIVE_INFINITY;
  }
}
