import { tickIncrements, unitFamily } from "../format/unit.js";

/**
 * The least and the greatest of zero and all values. uPlot by itself looks only at the steps that begin in the window, but the line from the one before comes in from
 * the left.
 */
export function extremes(columns: readonly ArrayLike<number | null | undefined>[]): [low: number, high: number] {
  let low = 0;
  let high = 0;
  for (const column of columns) {
    for (let index = 0; index < column.length; index++) {
      const value = column[index] ?? 0;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}

/** The range of a value axis: from zero, or `low` below it, to a round value above `high`. */
export function valueRange(low: number, high: number, unit: string | null): [number, number] {
  if (low === 0 && high === 0) return [0, unitFamily(unit) === "percent" ? 0.1 : 1];
  const increments = tickIncrements(unit);
  const step = increments.find((increment) => (high - low) * 1.04 <= increment * 4) ?? increments.at(-1) ?? 1;
  const top = Math.ceil((high * 1.04) / step) * step;
  // A share that reaches 100 % ends there; rounding may have taken it a little above.
  const share = unit === "percent" && high > 0.8 && high < 1.0001;
  return [Math.floor(low / step) * step, share ? Math.max(1, high) : top];
}

/** Ticks of a value axis within `[low, high]`, at most `count`. */
export function valueTicks(low: number, high: number, count: number, unit: string | null): number[] {
  const step = tickIncrements(unit).find((increment) => (high - low) / increment <= count);
  if (step === undefined) return [low, high];
  const ticks: number[] = [];
  for (let index = Math.ceil(low / step); index * step <= high * (1 + 1e-9); index++) ticks.push(index * step);
  return ticks;
}
