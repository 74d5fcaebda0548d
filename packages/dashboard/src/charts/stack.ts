import { interpolateGaps, usualGap } from "./gaps.js";

/**
 * Running sums from the first series upwards. A step without any value is null in all, a missing value adds nothing;
 * but the last steps, which some series have reached and others not yet, are left out, since they would look like a fall.
 */
export function stackValues(series: readonly (readonly (number | null)[])[]): (number | null)[][] {
  const filled = series.map(interpolateGaps);
  const steps = completeSteps(series);
  const stacked = filled.map(() => new Array<number | null>(filled[0]?.length ?? 0).fill(null));
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

/** The number of steps that every series which still reports has reached. */
function completeSteps(series: readonly (readonly (number | null)[])[]): number {
  const total = series[0]?.length ?? 0;
  const ends = series.map((values) => values.findLastIndex((value) => value !== null && value !== undefined));
  const newest = Math.max(-1, ...ends);
  let complete = newest;
  series.forEach((values, index) => {
    const end = ends[index] as number;
    if (end >= 0 && end < newest && newest - end <= usualGap(values)) complete = Math.min(complete, end);
  });
  return Math.min(total, complete + 1);
}
