import { interpolateGaps } from "./gaps.js";

/** Running sums from the first series upwards. A step without any value is null in all, a missing value adds nothing. */
export function stackValues(series: readonly (readonly (number | null)[])[]): (number | null)[][] {
  const filled = series.map(interpolateGaps);
  const steps = filled[0]?.length ?? 0;
  const stacked = filled.map(() => new Array<number | null>(steps).fill(null));
  for (let step = 0; step < steps; step++) {
    if (filled.every((values) => values[step] === null)) continue;
    let sum = 0;
    for (let index = 0; index < filled.length; index++) {
      sum += filled[index]?.[step] ?? 0;
      (stacked[index] as (number | null)[])[step] = sum;
    }
  }
  return stacked;
}
