/** Bounds used when none are given (REG-15). */
export const DEFAULT_BOUNDS: readonly number[] = Object.freeze([
  0.005,
  0.01,
  0.025,
  0.05,
  0.075,
  0.1,
  0.25,
  0.5,
  0.75,
  1,
  2.5,
  5,
  7.5,
  10,
  Number.POSITIVE_INFINITY,
]);

/**
 * A caller's upper bounds, copied, with +Infinity last (REG-16); the default ones for a missing or empty list (REG-15). Undefined when they are not strictly
 * ascending numbers (D-REG-1).
 */
export function bucketBounds(buckets: readonly number[] | null | undefined): readonly number[] | undefined {
  if (buckets === undefined || buckets === null) return DEFAULT_BOUNDS;
  if (typeof buckets !== "object") return undefined;
  const bounds = Array.from(buckets);
  if (bounds.length === 0) return DEFAULT_BOUNDS;
  let last = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < bounds.length; index++) {
    const bound = bounds[index];
    if (typeof bound !== "number" || !(bound > last)) return undefined;
    last = bound;
  }
  if (last !== Number.POSITIVE_INFINITY) bounds.push(Number.POSITIVE_INFINITY);
  return Object.freeze(bounds);
}

/**
 * The value that stands for each bucket on the wire: half of the first bound if it is positive, midpoints, and the highest finite bound for the last (§1.4). A
 * histogram of +Infinity alone has none (REG-51).
 */
export function bucketValues(bounds: readonly number[]): number[] {
  const last = bounds.length - 1;
  if (last < 1) return [];
  return bounds.map((bound, index) => {
    if (index === last) return bounds[last - 1] as number;
    if (index === 0) return bound > 0 ? bound / 2 : bound;
    const before = bounds[index - 1] as number;
    return before + (bound - before) / 2;
  });
}
