/** Distinct span types one transaction keeps apart; a program that makes types up does not grow its memory without end (BD-48). */
const MAX_TYPES_PER_TRANSACTION = 1000;

/** Up to this many, comparing one after the other is faster than hashing. */
const LINEAR_LIMIT = 16;

/** The name that takes what is past a limit (BD-48). */
export const OTHER = "_other";

/** Self time of all spans of one (type, subtype) in one transaction. */
export interface SelfTime {
  readonly type: string;
  readonly subtype: string;
  /** Whole microseconds. */
  sumUs: number;
  count: number;
}

/** The sums of one transaction while it runs (BD-40). */
export class SelfTimes {
  readonly entries: SelfTime[] = [];
  #index: Map<string, Map<string, SelfTime>> | undefined;

  /** Adds one ended span. */
  add(type: string, subtype: string, selfTimeUs: number): void {
    const entries = this.entries;
    if (entries.length < LINEAR_LIMIT) {
      for (let i = 0; i < entries.length; i++) {
        const entry = entries[i] as SelfTime;
        if (entry.type === type && entry.subtype === subtype) {
          entry.sumUs += selfTimeUs;
          entry.count += 1;
          return;
        }
      }
      entries.push({ type, subtype, sumUs: selfTimeUs, count: 1 });
      return;
    }
    const entry = this.#find(type, subtype);
    entry.sumUs += selfTimeUs;
    entry.count += 1;
  }

  #find(type: string, subtype: string): SelfTime {
    if (this.#index === undefined) {
      this.#index = new Map();
      for (const entry of this.entries) this.#put(this.#index, entry);
    }
    const found = this.#index.get(type)?.get(subtype);
    if (found !== undefined) return found;
    if (this.entries.length >= MAX_TYPES_PER_TRANSACTION && type !== OTHER) return this.#find(OTHER, OTHER);
    const entry = { type, subtype, sumUs: 0, count: 0 };
    this.entries.push(entry);
    this.#put(this.#index, entry);
    return entry;
  }

  #put(index: Map<string, Map<string, SelfTime>>, entry: SelfTime): void {
    let bySubtype = index.get(entry.type);
    if (bySubtype === undefined) {
      bySubtype = new Map();
      index.set(entry.type, bySubtype);
    }
    bySubtype.set(entry.subtype, entry);
  }
}

/** The sums of a transaction none of whose spans has ended: shared by all, since most requests have none, and never added to. */
export const NO_SPANS: SelfTimes = new SelfTimes();
