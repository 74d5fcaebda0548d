/**
 * A step may be shorter than the interval a process reports in, so that every other step has no value; that is no
 * outage. What counts as one is measured against the usual distance between values.
 */

/** The longest run of steps without a value that still belongs to the usual rhythm. */
export function usualGap(values: readonly (number | null)[]): number {
  const distances: number[] = [];
  let before = -1;
  for (let index = 0; index < values.length; index++) {
    if (values[index] === null || values[index] === undefined) continue;
    if (before >= 0) distances.push(index - before);
    before = index;
  }
  if (distances.length === 0) return 0;
  distances.sort((a, b) => a - b);
  const median = distances[distances.length >> 1] as number;
  return Math.ceil(median * 2.5) - 1;
}

/** Runs of nulls in the usual rhythm become `undefined`, which uPlot draws across; longer ones stay null: a gap. */
export function bridgeGaps(values: readonly (number | null)[]): (number | null | undefined)[] {
  const longest = usualGap(values);
  const bridged: (number | null | undefined)[] = [...values];
  forEachInnerRun(values, (start, end) => {
    if (end - start <= longest) bridged.fill(undefined, start, end);
  });
  return bridged;
}

/** As {@link bridgeGaps}, with values interpolated instead: a stack needs one at every step. */
export function interpolateGaps(values: readonly (number | null)[]): (number | null)[] {
  const longest = usualGap(values);
  const filled = [...values];
  forEachInnerRun(values, (start, end) => {
    if (end - start > longest) return;
    const left = values[start - 1] as number;
    const right = values[end] as number;
    for (let index = start; index < end; index++) {
      filled[index] = left + ((right - left) * (index - start + 1)) / (end - start + 1);
    }
  });
  return filled;
}

/**
 * Where a column as drawn ({@link bridgeGaps}) has a value between two gaps: no line leads there, so it needs a dot.
 */
export function isolatedPoints(column: ArrayLike<number | null | undefined>): number[] {
  const found: number[] = [];
  const neighbour = (from: number, by: number): boolean => {
    let index = from + by;
    while (index >= 0 && index < column.length && column[index] === undefined) index += by;
    return typeof column[index] === "number";
  };
  for (let index = 0; index < column.length; index++) {
    if (typeof column[index] === "number" && !neighbour(index, -1) && !neighbour(index, 1)) found.push(index);
  }
  return found;
}

/** Calls `visit(start, end)` for each run of nulls that has a value on both sides. */
function forEachInnerRun(values: readonly (number | null)[], visit: (start: number, end: number) => void): void {
  let before = -1;
  for (let index = 0; index < values.length; index++) {
    if (values[index] === null || values[index] === undefined) continue;
    if (before >= 0 && index - before > 1) visit(before + 1, index);
    before = index;
  }
}
