import { tickIncrements, unitFamily } from "../format/unit.js";

/** The range of a value axis: from zero (or below, for negative values) to a round value above the largest. */
export function valueRange(min: number | null, max: number | null, unit: string | null): [number, number] {
  const low = Math.min(0, min ?? 0);
  const high = Math.max(0, max ?? 0);
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
