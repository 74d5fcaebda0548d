/** A record on disk: its file's name, and what it counts for. */
export interface Entry {
  readonly file: string;
  readonly bytes: number;
  readonly events: number;
}

/** The records of a spool that wait to be sent, oldest first, and the room they take. */
export class SpoolEntries {
  readonly #limitBytes: number;
  #entries: Entry[] = [];
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** Takes the oldest. */
  shift(): Entry | undefined {
    const entry = this.#entries.shift();
    if (entry) this.#bytes -= entry.bytes;
    return entry;
  }

  /** Adds the newest. */
  push(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += entry.bytes;
  }

  /** Adds older ones than all that are here. At once: between two of them nothing can ask for room. */
  unshift(...older: readonly Entry[]): void {
    this.#entries = [...older, ...this.#entries];
    for (const { bytes } of older) this.#bytes += bytes;
  }

  /** Takes out the entry of a file, if it is here. */
  withdraw(file: string): void {
    const at = this.#entries.findIndex((entry) => entry.file === file);
    if (at >= 0) this.#bytes -= (this.#entries.splice(at, 1)[0] as Entry).bytes;
  }

  /** Takes the oldest until `bytes` more fit, and hands each over. Ends when none is left, whatever the sum says. */
  *makeRoom(bytes: number): Generator<Entry> {
    while (this.#bytes + bytes > this.#limitBytes) {
      const entry = this.shift();
      if (!entry) return;
      yield entry;
    }
  }
}
