import { DOCTOR_SERVICE, type Metricset, type Sample } from "@tidegauge/protocol";
import type { EventNotice } from "@tidegauge/protocol/query";
import { type Batch, OutputError, type WriteResult } from "../../output/output.js";
import { StoreError } from "../error.js";
import { WorkerCallError } from "../thread/link.js";
import type { StoreThread } from "../thread/thread.js";
import { FIRST_SEQUENCE, parseBatchId } from "./batch-ids.js";
import { transferList, WriteBuffer } from "./buffer.js";
import { dayOf } from "./day.js";
import { SeriesDictionary, type SeriesGroup, TOO_LONG } from "./dictionary.js";
import { encodeHistogram } from "./histogram.js";
import { senderOf } from "./identity.js";

/** Points that may wait for the next commit; more are answered 503, so memory stays bounded. */
const MAX_WAITING_POINTS = 2_000_000;
/** How long a small commit waits for company. */
const GATHER_MS = 2;
/** Points from which a commit is worth its price at once. */
const GATHERED_POINTS = 2000;
const ROTATE_SERIES = 200_000;
const ROTATE_CHARACTERS = 64 * 1024 * 1024;
/** All that a breakdown metricset may hold (SRV-45). */
const BREAKDOWN_NAMES = ["span.self_time.count", "span.self_time.sum.us"];

interface Waiting {
  readonly notice: EventNotice;
  readonly newestMs: number;
  readonly refused: Record<string, number>;
  resolve(result: WriteResult): void;
  reject(error: Error): void;
}

/** What the samples of one metricset have in common. */
interface Adding {
  readonly group: SeriesGroup;
  readonly timeMs: number;
  readonly fromTidegauge: boolean;
  readonly refused: Record<string, number>;
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
  readonly #rotateCharacters: number;

  /** `rotateSeries`, `rotateCharacters`: series of the open file, and their text, at which a new one is begun, and the dictionary with it. */
  constructor(
    thread: StoreThread,
    written: (notice: EventNotice, newestMs: number) => void,
    rotateSeries: number = ROTATE_SERIES,
    rotateCharacters: number = ROTATE_CHARACTERS,
  ) {
    this.#thread = thread;
    this.#written = written;
    this.#rotateSeries = rotateSeries;
    this.#rotateCharacters = rotateCharacters;
  }

  /** Adds a batch to the next commit. */
  write(batch: Batch): Promise<WriteResult> {
    const waiting = this.#buffer.points + this.#buffer.histograms;
    // Series alone never refuse a batch for which nothing waits: it is the one that brings them into the file.
    if (waiting >= MAX_WAITING_POINTS || (waiting > 0 && this.#dictionary.isCrowded)) {
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
    const characters = dictionary.unsavedCharacters;
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
      dictionary.saved(newSeries.length, characters);
      // A label that explodes must not fill the memory until the file is full or the day over.
      if (full || dictionary.size >= this.#rotateSeries || dictionary.characters >= this.#rotateCharacters) {
        this.#rotate = true;
      }
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
    const process = this.#dictionary.beginBatch(sender, metadata.labels);
    const refused: Record<string, number> = {};
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const metricset of batch.metricsets) {
      const timeMs = Math.floor(metricset.timestamp / 1000);
      if (timeMs < earliestMs) earliestMs = timeMs;
      const group = this.#dictionary.group(process, metadata, metricset);
      const { samples } = metricset;
      const adding: Adding = { group, timeMs, fromTidegauge, refused };
      if (metricset.transaction) this.#addBreakdown(metricset, adding);
      else for (const name in samples) this.#addSample(name, samples[name] as Sample, adding);
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

  #addSample(name: string, sample: Sample, adding: Adding): void {
    const { value, values, counts } = sample;
    if (values === undefined) {
      if (typeof value !== "number" || !Number.isFinite(value)) count(adding.refused, "notANumber");
      else this.#addPoint(name, sample, value, adding);
    } else if (counts === undefined || counts.length !== values.length) {
      count(adding.refused, "histogramLengths");
    } else {
      const series = this.#dictionary.seriesId(adding.group, name, sample, adding.fromTidegauge);
      if (series === TOO_LONG) count(adding.refused, "tooLong");
      else this.#buffer.addHistogram(series, adding.timeMs, encodeHistogram(values, counts));
    }
  }

  #addPoint(name: string, sample: Sample, value: number, adding: Adding): void {
    const series = this.#dictionary.seriesId(adding.group, name, sample, adding.fromTidegauge);
    if (series === TOO_LONG) count(adding.refused, "tooLong");
    else this.#buffer.addPoint(series, adding.timeMs, value);
  }

  /** The two samples of a breakdown metricset; everything else in it is discarded (SRV-45). Counted if there is none (D-SRV-4). */
  #addBreakdown(metricset: Metricset, adding: Adding): void {
    let found = false;
    for (const name of metricset.span ? BREAKDOWN_NAMES : []) {
      const sample = metricset.samples[name];
      if (typeof sample?.value !== "number" || !Number.isFinite(sample.value)) continue;
      this.#addPoint(name, sample, sample.value, adding);
      found = true;
    }
    if (!found) count(adding.refused, "breakdownWithoutSelfTime");
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
