import type { Series } from "../instruments/series.js";

/** Names kept before all are forgotten and learned anew: a program has a few hundred, unless it makes them up. */
const MAX_NAMES = 2000;

/**
 * The series that the transactions of a name write to. Each request asks for two, and then one name leads to them in place of an object of labels, the order of its keys and
 * a map for each value.
 */
export class SeriesByName<S extends Series> {
  readonly #find: (name: string, type: string) => S;
  readonly #kept = new Map<string, { readonly type: string; readonly series: S }>();

  /** `find` gives the series of a transaction's name and type, and makes it where it is missing. */
  constructor(find: (name: string, type: string) => S) {
    this.#find = find;
  }

  get(name: string, type: string): S {
    const kept = this.#kept.get(name);
    // Below zero it was given up, disabled, or stands in for others past the limit: the set decides each time.
    if (kept !== undefined && kept.type === type && kept.series.state >= 0) return kept.series;
    const series = this.#find(name, type);
    if (this.#kept.size >= MAX_NAMES) this.#kept.clear();
    if (series.state >= 0) this.#kept.set(name, { type, series });
    return series;
  }
}
