import type { Series } from "./series.js";

/** What resets have taken away so far, by series: kept only once somebody asks, so that the exposition can show totals of what resets at each collection. */
export class LifetimeTotals {
  private totals: WeakMap<Series, number[]> | undefined = undefined;

  /** Keeps totals from now on. */
  enable(): void {
    this.totals ??= new WeakMap();
  }

  /** The parts of a series' total, in the order of {@link Series.parts}. */
  of(series: Series): readonly number[] | undefined {
    return this.totals?.get(series);
  }

  get isKept(): boolean {
    return this.totals !== undefined;
  }

  /** Takes what a reset took away. */
  add(series: Series, parts: readonly number[]): void {
    if (this.totals === undefined) return;
    const known = this.totals.get(series);
    if (known === undefined) this.totals.set(series, parts.slice());
    else
      for (let index = 0; index < parts.length; index++)
        known[index] = (known[index] as number) + (parts[index] as number);
  }
}
