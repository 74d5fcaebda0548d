/** The range is cut into as many pieces; the lowest value of each is what the application really holds on to. */
const PIECES = 4;
/** Fewer reports than this say nothing. */
const LEAST_VALUES = 16;
/** A heap that warms up grows as well, but less than by this factor and this many bytes. */
const LEAST_FACTOR = 1.3;
const LEAST_BYTES = 4 * 2 ** 20;
/** A fall to less than this part of the value before is a restart, and what was before it tells nothing. */
const RESTART_FACTOR = 0.5;

/**
 * By how many bytes an hour the low points of a heap rise, null unless each is above the one before and all of it is more
 * than warming up: the sign of a leak. Values between the low points come and go with the garbage collector.
 *
 * @param points of one service, `[epoch ms, bytes]`, oldest first
 */
export function heapTrend(points: readonly (readonly [number, number | null])[]): number | null {
  const known = points.filter((point): point is readonly [number, number] => point[1] !== null);
  const restart = known.findLastIndex(([, bytes], index) => bytes < RESTART_FACTOR * (known[index - 1]?.[1] ?? 0));
  const values = known.slice(Math.max(0, restart));
  if (values.length < LEAST_VALUES) return null;
  const lows = Array.from({ length: PIECES }, (_, piece) => {
    const part = values.slice((piece * values.length) / PIECES, ((piece + 1) * values.length) / PIECES);
    return part.reduce((low, point) => (point[1] < low[1] ? point : low));
  });
  const [first, last] = [lows[0], lows.at(-1)];
  if (first === undefined || last === undefined) return null;
  const rises = lows.every((low, index) => index === 0 || low[1] > (lows[index - 1]?.[1] ?? 0));
  const grown = last[1] - first[1];
  if (!rises || grown < LEAST_BYTES || last[1] < LEAST_FACTOR * first[1]) return null;
  return (grown / (last[0] - first[0])) * 3_600_000;
}
