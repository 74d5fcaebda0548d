/** A batch id split in its producer (an agent's ephemeral id) and its sequence number (W-90). */
export interface BatchId {
  readonly producer: string;
  readonly sequence: number;
}

/** Sequences `first` to `last` of a producer, both included. */
export interface BatchRange {
  readonly producer: string;
  readonly first: number;
  readonly last: number;
}

/** The batches durable in one file, by the start of its arrival day in epoch milliseconds. */
export interface DurableBatches {
  readonly dayMs: number;
  readonly ranges: readonly BatchRange[];
}

/** A repeated batch id is recognised for this long, milliseconds; the agent's spool keeps no batch longer. */
export const DEDUP_WINDOW_MS: number = 7 * 24 * 3_600_000;

/** Producers whose ids are remembered; beyond, those that were silent longest are forgotten, as whoever sends ever new ids must not fill the memory. */
const MAX_PRODUCERS = 500_000;

/** Agents number their batches from 0 or 1: a producer's first batch tells when its process started. */
export const FIRST_SEQUENCE = 1;

/** Splits `<ephemeral id>:<sequence>`. Any other text is a producer of its own with the single sequence -1. */
export function parseBatchId(text: string): BatchId {
  const match = /^(.+):(\d{1,15})$/s.exec(text);
  if (match === null) return { producer: text, sequence: -1 };
  return { producer: match[1] as string, sequence: Number(match[2]) };
}

/**
 * The durable batch ids of the dedup window, as ranges of each producer's sequence: an agent that has sent a million batches takes one range.
 * Producers that sent nothing for the whole window are forgotten.
 */
export class BatchIds {
  /** Silent for the longest time first. */
  readonly #producers = new Map<string, { ranges: [first: number, last: number][]; seenMs: number }>();
  readonly #maxProducers: number;

  constructor(maxProducers: number = MAX_PRODUCERS) {
    this.#maxProducers = maxProducers;
  }

  /** Number of producers remembered. */
  get producers(): number {
    return this.#producers.size;
  }

  has(id: BatchId): boolean {
    const ranges = this.#producers.get(id.producer)?.ranges;
    if (ranges === undefined) return false;
    const at = position(ranges, id.sequence);
    return at >= 0 && id.sequence <= (ranges[at] as [number, number])[1];
  }

  /** Remembers a range; `nowMs` starts its window anew. */
  add(range: BatchRange, nowMs: number): void {
    const entry = this.#producers.get(range.producer) ?? { ranges: [], seenMs: nowMs };
    this.#producers.delete(range.producer);
    this.#producers.set(range.producer, entry);
    if (this.#producers.size > this.#maxProducers)
      this.#producers.delete(this.#producers.keys().next().value as string);
    entry.seenMs = Math.max(entry.seenMs, nowMs);
    insert(entry.ranges, range.first, range.last);
  }

  /** Forgets producers last seen before this time. */
  forget(beforeMs: number): void {
    for (const [producer, entry] of this.#producers) if (entry.seenMs < beforeMs) this.#producers.delete(producer);
  }
}

/** Joins ranges of the same producer that touch or overlap, in the order of producers first met. */
export function mergeRanges(ranges: Iterable<BatchRange>): BatchRange[] {
  const byProducer = new Map<string, [number, number][]>();
  for (const { producer, first, last } of ranges) {
    let known = byProducer.get(producer);
    if (known === undefined) {
      known = [];
      byProducer.set(producer, known);
    }
    insert(known, first, last);
  }
  return [...byProducer].flatMap(([producer, known]) => known.map(([first, last]) => ({ producer, first, last })));
}

/** Index of the last range that begins at or before `sequence`, or -1. */
function position(ranges: readonly [number, number][], sequence: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle] as [number, number])[0] <= sequence) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function insert(ranges: [number, number][], first: number, last: number): void {
  let at = position(ranges, first);
  const before = ranges[at];
  if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
  else {
    at += 1;
    ranges.splice(at, 0, [first, last]);
  }
  const grown = ranges[at] as [number, number];
  let next = ranges[at + 1];
  while (next !== undefined && next[0] <= grown[1] + 1) {
    grown[1] = Math.max(grown[1], next[1]);
    ranges.splice(at + 1, 1);
    next = ranges[at + 1];
  }
}
