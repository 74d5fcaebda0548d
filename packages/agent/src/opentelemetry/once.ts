/** Remembers what was said, up to a bound; what was seen longest ago is forgotten first (OT-32, OT-50). */
export class Once {
  private readonly seen = new Set<string>();
  private readonly limit: number;

  constructor(limit = 1000) {
    this.limit = limit;
  }

  /** True the first time a key is given. */
  isNew(key: string): boolean {
    const known = this.seen.delete(key);
    this.seen.add(key);
    if (this.seen.size > this.limit) this.seen.delete(this.seen.values().next().value as string);
    return !known;
  }

  get size(): number {
    return this.seen.size;
  }
}
