/**
 * Closed clusters a parent remembers as they were; older ones are folded into one sum. Only explicit times can overlap a cluster that old.
 */
const MAX_CLUSTERS = 64;

/** When direct children of one span ran (BD-11, BD-12). Made with the first child, since most spans have none. Times are milliseconds on the monotonic clock. */
export class ChildTime {
  readonly #parentStart: number;
  /** How many run. */
  #level = 0;
  /** The open or last cluster of overlapping children. */
  #clusterStart = Number.POSITIVE_INFINITY;
  #clusterEnd = Number.NEGATIVE_INFINITY;
  #closed: ClosedClusters | null = null;

  constructor(parentStart: number) {
    this.#parentStart = parentStart;
  }

  childStarted(start: number): void {
    if (this.#level++ === 0) {
      if (this.#clusterEnd !== Number.NEGATIVE_INFINITY) {
        this.#closed ??= new ClosedClusters();
        this.#closed.push(this.#clusterStart, this.#clusterEnd, this.#parentStart);
      }
      this.#clusterStart = start;
      this.#clusterEnd = Number.NEGATIVE_INFINITY;
    } else if (start < this.#clusterStart) {
      this.#clusterStart = start;
    }
  }

  childEnded(end: number): void {
    this.#level--;
    if (end > this.#clusterEnd) this.#clusterEnd = end;
  }

  /** Milliseconds until `end`, that of the parent, during which a child ran; children still running are cut there (BD-16). Once, at the end. */
  totalMs(end: number): number {
    const clusterEnd = this.#level > 0 ? end : this.#clusterEnd;
    if (this.#closed !== null) {
      this.#closed.push(this.#clusterStart, clusterEnd, this.#parentStart);
      return this.#closed.coveredMs(this.#parentStart, end);
    }
    return Math.max(0, Math.min(clusterEnd, end) - Math.max(this.#clusterStart, this.#parentStart));
  }
}

/**
 * The closed clusters of a parent that had more than one, each from its earliest start to its latest end (BD-12). Kept apart until the parent ends,
 * since only then is it known where they are cut, and explicit times can make them overlap.
 */
class ClosedClusters {
  /** start, end, start, end, … in the order of closing. */
  readonly #bounds: number[] = [];
  #foldedMs = 0;

  /** Adds one closed cluster; `parentStart` is where folded ones are clipped. */
  push(start: number, end: number, parentStart: number): void {
    if (this.#bounds.length >= 2 * MAX_CLUSTERS) this.#fold(parentStart);
    this.#bounds.push(start, end);
  }

  /** Milliseconds covered by at least one cluster within [from, to] (BD-13). */
  coveredMs(from: number, to: number): number {
    const bounds = this.#bounds;
    if (!isAscending(bounds)) sortPairs(bounds);
    let covered = this.#foldedMs;
    let reached = from;
    for (let i = 0; i < bounds.length; i += 2) {
      const start = Math.max(bounds[i] as number, reached);
      const end = Math.min(bounds[i + 1] as number, to);
      if (end > start) {
        covered += end - start;
        reached = end;
      }
    }
    return covered;
  }

  #fold(parentStart: number): void {
    const bounds = this.#bounds;
    if (!isAscending(bounds)) sortPairs(bounds);
    let reached = parentStart;
    for (let i = 0; i < MAX_CLUSTERS; i += 2) {
      const start = Math.max(bounds[i] as number, reached);
      const end = bounds[i + 1] as number;
      if (end > start) {
        this.#foldedMs += end - start;
        reached = end;
      }
    }
    bounds.splice(0, MAX_CLUSTERS);
  }
}

function isAscending(bounds: readonly number[]): boolean {
  for (let i = 2; i < bounds.length; i += 2) if ((bounds[i] as number) < (bounds[i - 2] as number)) return false;
  return true;
}

/** Sorts start/end pairs by start, in place. */
function sortPairs(bounds: number[]): void {
  const pairs: [number, number][] = [];
  for (let i = 0; i < bounds.length; i += 2) pairs.push([bounds[i] as number, bounds[i + 1] as number]);
  pairs.sort((a, b) => a[0] - b[0]);
  pairs.forEach(([start, end], i) => {
    bounds[2 * i] = start;
    bounds[2 * i + 1] = end;
  });
}
