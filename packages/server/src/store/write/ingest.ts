import { DOCTOR_SERVICE, type Metricset, type Sample } from "@tidegauge/protocol";
import type { EventNotice } from "@tidegauge/protocol/query";
import { type Batch, OutputError, type WriteResult } from "../../output/output.js";
import { StoreError } from "../error.js";
import { WorkerCallError } from "../thread/link.js";
import type { StoreThread } from "../thread/thread.js";
import { FIRST_SEQUENCE, parseBatchId } from "./batch-ids.js";
import { transferList, WriteBuffer } from "./buffer.js";
import { SeriesDictionary } from "./dictionary.js";
import { encodeHistogram } from "./histogram.js";
import { senderOf } from "./identity.js";

/** Points that may wait for the next commit; more are answered 503, so memory stays bounded. */
const MAX_WAITING_POINTS = 2_000_000;
/** Series that the next commit may bring into the dictionary: each takes about 1 KB here, many times as much as its point. */
const MAX_WAITING_SERIES = 500_000;
/** How long a small commit waits for company. */
const GATHER_MS = 2;
/** Points from which a commit is worth its price at once. */
const GATHERED_POINTS = 2000;
/** All that a breakdown metricset may hold (SRV-45). */
const BREAKDOWN_NAMES = new Set(["span.self_time.count", "span.self_time.sum.us"]);

interface Waiting {
  readonly notice: EventNotice;
  readonly newestMs: number;
  readonly refused: Record<string, number>;
  resolve(result: WriteResult): void;
  reject(error: Error): void;
}

/**
 * The way of batches into the open file: rows of all batches that arrive while a commit is under way go into the next one (group commit), and
 * every batch is answered by the commit that carried it.
 */
export class Ingest {
  readonly #thread: StoreThread;
  readonly #written: (notice: EventNotice, newestMs: number) => void;
  #dictionary = new SeriesDictionary();
  #buffer = new WriteBuffer();
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #fileSerial = 0;
  #day = "";
  #rotate = true;
  #commit = 0;
  readonly #rotateSeries: number;

  /** `rotateSeries`: series of the open file at which a new one is begun, and the dictionary with it. */
  constructor(thread: StoreThread, written: (notice: EventNotice, newestMs: number) => void, rotateSeries: number) {
    this.#thread = thread;
    this.#written = written;
    this.#rotateSeries = rotateSeries;
  }

  /** Adds a batch to the next commit. */
  write(batch: Batch): Promise<WriteResult> {
    const waiting = this.#buffer.points + this.#buffer.histograms;
    // Series alone never refuse a batch for which nothing waits: it is the one that brings them into the file.
    if (waiting >= MAX_WAITING_POINTS || (waiting > 0 && this.#dictionary.unsaved.length >= MAX_WAITING_SERIES)) {
      return Promise.reject(new OutputError("OUTPUT_FULL", "queue is full"));
    }
    const day = dayOf(batch.receivedAtMs);
    // A batch that arrived just before midnight and is written just after goes into the new file.
    if (day > this.#day) this.#rotate = true;
    if (this.#rotate && this.#waiting.length === 0) this.#newFile(day);
    // The doctor asks whether a commit succeeds; that leaves its mark, and no value of the doctor's in anyone's charts.
    const kept = batch.metadata.service.name === DOCTOR_SERVICE ? { ...batch, metricsets: [] } : batch;
    const refused = this.#add(kept);
    return new Promise((resolve, reject) => {
      const notice = {
        service: batch.metadata.service.name,
        metricsets: kept.metricsets.length,
        receivedAt: batch.receivedAtMs,
      };
      this.#waiting.push({ notice, newestMs: newestOf(kept), refused, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing waits for a commit. */
  async drained(): Promise<void> {
    await this.#running;
  }

  /** The thread ended: the series ids given out are void, and what waits is refused. The next batch begins a new file. */
  forget(): void {
    this.#rotate = true;
    this.#refuseWaiting(new OutputError("OUTPUT_UNAVAILABLE", "the store is being restarted: try again"));
  }

  #refuseWaiting(failure: OutputError): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#buffer = new WriteBuffer();
    for (const { reject } of waiting) reject(failure);
  }

  #newFile(day: string): void {
    this.#fileSerial += 1;
    this.#day = day > this.#day ? day : this.#day;
    this.#dictionary = new SeriesDictionary();
    this.#rotate = false;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      // A commit costs 2 ms of CPU however small it is: senders that were answered together send again together.
      if (this.#buffer.points < GATHERED_POINTS) await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
      if (this.#waiting.length > 0) await this.#commitWaiting();
    }
    this.#running = undefined;
  }

  async #commitWaiting(): Promise<void> {
    const waiting = this.#waiting;
    const buffer = this.#buffer;
    this.#waiting = [];
    this.#buffer = new WriteBuffer();
    const dictionary = this.#dictionary;
    // A copy: rows that join while the commit is under way are not in it and must not count as saved.
    const newSeries = [...dictionary.unsaved];
    const columns = buffer.columns();
    const serial = this.#fileSerial;
    try {
      const { full } = await this.#thread.call(
        "commit",
        {
          fileSerial: serial,
          day: this.#day,
          commit: ++this.#commit,
          newSeries,
          columns,
          batchIds: buffer.batchIds,
          starts: buffer.starts,
        },
        { transfer: transferList(columns) },
      );
      dictionary.saved(newSeries.length);
      // A label that explodes must not fill the memory until the file is full or the day over.
      if (full || dictionary.size >= this.#rotateSeries) this.#rotate = true;
      for (const { notice, newestMs, refused, resolve } of waiting) {
        resolve({ repeated: false, refused });
        if (notice.metricsets > 0) this.#written(notice, newestMs);
      }
    } catch (error) {
      const failure = outputError(error);
      for (const { reject } of waiting) reject(failure);
      if (!(error instanceof WorkerCallError) || error.reset) {
        // The series ids of what waits meanwhile belong to a file that will not be written again.
        this.#rotate = true;
        this.#refuseWaiting(failure);
      }
    }
  }

  #add(batch: Batch): Record<string, number> {
    const { metadata, fromTidegauge } = batch;
    const sender = senderOf(metadata);
    const process = this.#dictionary.process(sender, metadata.labels);
    const refused: Record<string, number> = {};
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const metricset of batch.metricsets) {
      const timeMs = Math.floor(metricset.timestamp / 1000);
      if (timeMs < earliestMs) earliestMs = timeMs;
      const group = this.#dictionary.group(process, metadata, metricset);
      const { samples } = metricset;
      if (metricset.transaction) {
        const found = this.#addBreakdown(metricset, (name, sample) => {
          const series = this.#dictionary.seriesId(group, name, sample, fromTidegauge);
          this.#buffer.addPoint(series, timeMs, sample.value as number);
        });
        if (!found) count(refused, "breakdownWithoutSelfTime");
        continue;
      }
      for (const name in samples) {
        const sample = samples[name] as Sample;
        if (sample.values === undefined) {
          if (typeof sample.value !== "number" || !Number.isFinite(sample.value)) count(refused, "notANumber");
          else
            this.#buffer.addPoint(this.#dictionary.seriesId(group, name, sample, fromTidegauge), timeMs, sample.value);
        } else if (sample.counts === undefined || sample.counts.length !== sample.values.length) {
          count(refused, "histogramLengths");
        } else {
          const encoded = encodeHistogram(sample.values, sample.counts);
          this.#buffer.addHistogram(this.#dictionary.seriesId(group, name, sample, fromTidegauge), timeMs, encoded);
        }
      }
    }
    if (batch.batchId !== undefined) {
      const id = parseBatchId(batch.batchId);
      this.#buffer.batchIds.push(id);
      if (id.sequence >= 0 && id.sequence <= FIRST_SEQUENCE && Number.isFinite(earliestMs)) {
        this.#buffer.starts.push({ process: sender.process, startedMs: earliestMs });
      }
    }
    return refused;
  }

  /** The two samples of a breakdown metricset; everything else in it is discarded (SRV-45). False if there is none (D-SRV-4). */
  #addBreakdown(metricset: Metricset, add: (name: string, sample: Sample) => void): boolean {
    if (!metricset.span) return false;
    let found = false;
    for (const name of BREAKDOWN_NAMES) {
      const sample = metricset.samples[name];
      if (typeof sample?.value !== "number" || !Number.isFinite(sample.value)) continue;
      add(name, sample);
      found = true;
    }
    return found;
  }
}

/** Time of the newest event, epoch milliseconds; -Infinity without one. */
function newestOf({ metricsets }: Batch): number {
  let newestUs = Number.NEGATIVE_INFINITY;
  for (const { timestamp } of metricsets) if (timestamp > newestUs) newestUs = timestamp;
  return newestUs / 1000;
}

function count(refused: Record<string, number>, reason: string): void {
  refused[reason] = (refused[reason] ?? 0) + 1;
}

function outputError(error: unknown): OutputError {
  const message = error instanceof Error ? error.message : String(error);
  const closed = error instanceof StoreError && error.code === "STORE_CLOSED";
  return new OutputError(closed ? "OUTPUT_CLOSED" : "OUTPUT_UNAVAILABLE", message);
}

const DAY_MS = 86_400_000;
/** The last time that fits `YYYY-MM-DD`. */
const LAST_MS = 253_402_300_799_000;
/** The day asked for last: nearly every batch arrives on the same one, and a date costs as much to write as some samples. */
let known = { number: Number.NaN, text: "" };

/** The UTC day of a time, `YYYY-MM-DD`. Years beyond four digits are the last that fit. */
function dayOf(timeMs: number): string {
  const number = Math.floor(Math.min(Math.max(timeMs, 0), LAST_MS) / DAY_MS);
  if (number !== known.number) known = { number, text: new Date(number * DAY_MS).toISOString().slice(0, 10) };
  return known.text;
}
