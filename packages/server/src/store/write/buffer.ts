import type { BatchId } from "./batch-ids.js";
import type { EncodedHistogram } from "./histogram.js";

/** The rows of one commit as columns; the buffers are transferred to the worker, not copied. */
export interface Columns {
  readonly points: number;
  readonly series: Int32Array<ArrayBuffer>;
  /** Epoch milliseconds. */
  readonly time: BigInt64Array<ArrayBuffer>;
  readonly value: Float64Array<ArrayBuffer>;
  readonly histograms: number;
  readonly histogramSeries: Int32Array<ArrayBuffer>;
  readonly histogramTime: BigInt64Array<ArrayBuffer>;
  /** Encoded bucket values and counts, one after the other. */
  readonly histogramBytes: Uint8Array<ArrayBuffer>;
  /** Two lengths a histogram: bucket values, counts. */
  readonly histogramLengths: Int32Array<ArrayBuffer>;
}

/** Start of a process, known from the first batch of its agent. */
export interface ProcessStart {
  readonly process: string;
  readonly startedMs: number;
}

const INITIAL_ROWS = 1024;

/** Collects the rows of many batches between two commits. */
export class WriteBuffer {
  readonly batchIds: BatchId[] = [];
  readonly starts: ProcessStart[] = [];
  points = 0;
  histograms = 0;
  #series = new Int32Array(INITIAL_ROWS);
  #time = new BigInt64Array(INITIAL_ROWS);
  /** The same bytes as `#time`: writing two halves allocates no BigInt. */
  #timeHalves = new Int32Array(this.#time.buffer);
  #value = new Float64Array(INITIAL_ROWS);
  #histogramSeries = new Int32Array(16);
  #histogramTime = new BigInt64Array(16);
  #histogramHalves = new Int32Array(this.#histogramTime.buffer);
  #histogramLengths = new Int32Array(32);
  #histogramBytes = new Uint8Array(4096);
  #histogramSize = 0;

  /** Adds one number. `timeMs` is a whole number of milliseconds. */
  addPoint(series: number, timeMs: number, value: number): void {
    const at = this.points;
    if (at === this.#series.length) this.#growPoints();
    this.#series[at] = series;
    // The machine is little-endian wherever the store's engine runs.
    this.#timeHalves[2 * at] = timeMs | 0;
    this.#timeHalves[2 * at + 1] = Math.floor(timeMs / 4_294_967_296);
    this.#value[at] = value;
    this.points = at + 1;
  }

  /** Adds one histogram sample. */
  addHistogram(series: number, timeMs: number, histogram: EncodedHistogram): void {
    const at = this.histograms;
    if (at === this.#histogramSeries.length) this.#growHistograms();
    this.#histogramSeries[at] = series;
    this.#histogramHalves[2 * at] = timeMs | 0;
    this.#histogramHalves[2 * at + 1] = Math.floor(timeMs / 4_294_967_296);
    this.#histogramLengths[2 * at] = histogram.bounds.length;
    this.#histogramLengths[2 * at + 1] = histogram.counts.length;
    const needed = this.#histogramSize + histogram.bounds.length + histogram.counts.length;
    if (needed > this.#histogramBytes.length) this.#growBytes(needed);
    this.#histogramBytes.set(histogram.bounds, this.#histogramSize);
    this.#histogramBytes.set(histogram.counts, this.#histogramSize + histogram.bounds.length);
    this.#histogramSize = needed;
    this.histograms = at + 1;
  }

  /** The columns, to be transferred. The buffer must not be used afterwards. */
  columns(): Columns {
    return {
      points: this.points,
      series: this.#series,
      time: this.#time,
      value: this.#value,
      histograms: this.histograms,
      histogramSeries: this.#histogramSeries,
      histogramTime: this.#histogramTime,
      histogramBytes: this.#histogramBytes,
      histogramLengths: this.#histogramLengths,
    };
  }

  #growPoints(): void {
    const size = this.#series.length * 2;
    this.#series = grown(this.#series, new Int32Array(size));
    this.#time = grown(this.#time, new BigInt64Array(size));
    this.#timeHalves = new Int32Array(this.#time.buffer);
    this.#value = grown(this.#value, new Float64Array(size));
  }

  #growHistograms(): void {
    const size = this.#histogramSeries.length * 2;
    this.#histogramSeries = grown(this.#histogramSeries, new Int32Array(size));
    this.#histogramTime = grown(this.#histogramTime, new BigInt64Array(size));
    this.#histogramHalves = new Int32Array(this.#histogramTime.buffer);
    this.#histogramLengths = grown(this.#histogramLengths, new Int32Array(size * 2));
  }

  #growBytes(needed: number): void {
    this.#histogramBytes = grown(
      this.#histogramBytes,
      new Uint8Array(Math.max(needed, this.#histogramBytes.length * 2)),
    );
  }
}

function grown<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** The buffers to transfer with `columns`. */
export function transferList(columns: Columns): ArrayBuffer[] {
  return [
    columns.series.buffer,
    columns.time.buffer,
    columns.value.buffer,
    columns.histogramSeries.buffer,
    columns.histogramTime.buffer,
    columns.histogramBytes.buffer,
    columns.histogramLengths.buffer,
  ];
}
