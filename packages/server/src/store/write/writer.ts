import { existsSync, mkdirSync } from "node:fs";
import { StoreError } from "../error.js";
import { fileSize, freeBytes, isDiskFull, probeDisk } from "../files/disk.js";
import { rows } from "../files/engine.js";
import type { Files } from "../files/files.js";
import { SeriesTimes } from "../files/series-times.js";
import type { StoreFile } from "../files/store-file.js";
import type { CommitRequest, WorkerOptions } from "../messages.js";
import type { QueryGate } from "../thread/gate.js";
import type { DurableBatches } from "./batch-ids.js";
import type { Columns } from "./buffer.js";
import { writeCommit } from "./commit.js";
import { durableBatches } from "./durable-batches.js";

/** Time between two looks whether the disk can be written again. */
const PROBE_MS = 1000;
const DISK_FULL = "the disk is full: free some space, or lower --retention or --max-size";

const GONE = "the files of the store were removed: it is being opened anew";

/** The file a commit was meant for is closed: the series ids it uses are void. */
export class FileClosedError extends StoreError {}

/** Tells the main thread. */
export interface WriterNews {
  log(level: "info" | "warn" | "error", message: string): void;
  writable(writable: boolean, reason: string): void;
  /** The files were opened anew, and these batches are in them. Said before `writable`. */
  durable(batches: DurableBatches[]): void;
}

/**
 * Writes commits into the current file. When a commit fails the engine may be unusable (a full disk makes it so): everything is closed and opened
 * anew, and the file itself tells whether the commit was durable after all. If that fails too, the commit is answered as failed, and the first reopening
 * that succeeds tells the main thread of its batches before they can come again.
 */
export class Writer {
  readonly #files: Files;
  readonly #gate: QueryGate;
  readonly #options: WorkerOptions;
  readonly #news: WriterNews;
  #serial = 0;
  #unwritable: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #last: Promise<void> = Promise.resolve();
  /** Rises each time the engine was opened anew; a query that failed meanwhile is worth another try. */
  epoch = 0;

  constructor(files: Files, gate: QueryGate, options: WorkerOptions, news: WriterNews) {
    this.#files = files;
    this.#gate = gate;
    this.#options = options;
    this.#news = news;
  }

  /** Writes one commit; durable when it resolves. */
  commit(request: CommitRequest): Promise<{ full: boolean }> {
    return this.#alone(() => this.#commit(request));
  }

  /** Opens the engine anew if it answers nothing any more, as after a full disk. */
  reopenIfNeeded(): Promise<void> {
    return this.#alone(async () => {
      if (!this.#files.isOpen || !(await this.#answers())) await this.#reopen("the store is being reopened");
    });
  }

  /** Drops files for good, between two commits: what a commit just brought is never lost. `choose` looks once more. */
  drop(choose: () => StoreFile[]): Promise<StoreFile[]> {
    return this.#alone(async () => {
      const files = choose();
      if (files.length > 0) await this.#files.replace(files, undefined);
      return files;
    });
  }

  /** Commits and reopenings never overlap. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  async #commit(request: CommitRequest): Promise<{ full: boolean }> {
    if (this.#unwritable !== undefined) throw new StoreError("STORE_UNAVAILABLE", this.#unwritable);
    const lost = lostFile(this.#files);
    if (lost !== undefined) {
      this.#news.log("error", `${lost} is gone: what it held is lost, and the store is opened anew`);
      await this.#reopen(GONE);
      throw new FileClosedError("STORE_UNAVAILABLE", GONE);
    }
    const { reserveBytes } = this.#options;
    if (reserveBytes > 0 && freeBytes(this.#files.dataDir) < reserveBytes + 2 * byteSize(request.columns)) {
      this.#setUnwritable(DISK_FULL);
      throw new StoreError("STORE_UNAVAILABLE", DISK_FULL);
    }
    const file = await this.#fileFor(request);
    try {
      await writeCommit(this.#files.engine.writer, file.alias, request);
    } catch (error) {
      if (!(await this.#recover(file, request, error))) {
        throw new FileClosedError("STORE_UNAVAILABLE", isDiskFull(error) ? DISK_FULL : "the data could not be written");
      }
      return { full: true };
    }
    noteColumns(file, request.columns);
    return { full: file.points >= this.#options.rotatePoints || this.#isLarge(file) };
  }

  /** A quarter of what all files may take: the oldest quarter can be dropped without the newest. */
  #isLarge(file: StoreFile): boolean {
    const { maxSizeBytes } = this.#options;
    return maxSizeBytes > 0 && fileSize(file.path) > maxSizeBytes / 4;
  }

  /** Ends the timers; resolves when the commit under way is done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#last;
  }

  async #fileFor(request: CommitRequest): Promise<StoreFile> {
    if (request.fileSerial > this.#serial) {
      try {
        await this.#files.begin(request.day);
      } catch (error) {
        this.#news.log("error", `no new file could be begun: ${String(error)}`);
        await this.#reopen(isDiskFull(error) ? DISK_FULL : "no new file could be begun");
        throw new StoreError("STORE_UNAVAILABLE", isDiskFull(error) ? DISK_FULL : "the data could not be written");
      }
      this.#serial = request.fileSerial;
    }
    const file = this.#files.current;
    if (file === undefined || request.fileSerial < this.#serial) {
      throw new FileClosedError("STORE_UNAVAILABLE", "the store was reopened: send again");
    }
    return file;
  }

  /** Opens everything anew after a failed commit. True if the commit was durable after all. */
  async #recover(file: StoreFile, request: CommitRequest, error: unknown): Promise<boolean> {
    this.#news.log("error", `a commit into ${file.name} failed: ${String(error)}`);
    await this.#reopen(isDiskFull(error) ? DISK_FULL : "the store is being reopened");
    const reopened = this.#files.list.find((each) => each.name === file.name);
    if (reopened === undefined || !this.#files.isOpen) return false;
    try {
      const [row] = await rows(
        this.#files.engine.writer,
        `SELECT CAST(max(commit_id) AS DOUBLE) FROM ${reopened.alias}.batches`,
      );
      return (row?.[0] as number | null) === request.commit;
    } catch {
      return false;
    }
  }

  /** Closes and opens the engine and the files. Stays unwritable until a probe of the disk succeeds; queries go on meanwhile. */
  async #reopen(reason: string): Promise<void> {
    this.#setUnwritable(reason);
    await this.#gate.pause();
    try {
      this.#files.close();
      mkdirSync(this.#files.dataDir, { recursive: true }); // somebody may have removed it
      await this.#files.open();
      this.#news.durable(await durableBatches(this.#files, Date.now()));
      this.epoch += 1;
      this.#gate.open(this.#files.engine.readers);
    } catch (error) {
      this.#files.close();
      this.#news.log("error", `the store could not be reopened, trying again: ${String(error)}`);
      this.#gate.fail(new StoreError("STORE_UNAVAILABLE", "the store cannot be opened at present: try again"));
    }
  }

  async #answers(): Promise<boolean> {
    try {
      await this.#files.engine.keeper.run("SELECT 1");
      return true;
    } catch {
      return false;
    }
  }

  #setUnwritable(reason: string): void {
    if (this.#unwritable === undefined) this.#news.log("error", `not writable: ${reason}`);
    this.#unwritable = reason;
    this.#news.writable(false, reason);
    this.#probeLater();
  }

  #probeLater(): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    // Not while a commit or a reopening is under way: what it finds would not hold.
    this.#timer = setTimeout(() => void this.#alone(() => this.#probe()), PROBE_MS);
  }

  async #probe(): Promise<void> {
    if (this.#files.isOpen && probeDisk(this.#files.dataDir)) {
      this.#unwritable = undefined;
      this.#news.writable(true, "");
      this.#news.log("info", "writable again");
      return;
    }
    if (!this.#files.isOpen) await this.#reopen(this.#unwritable ?? "the store is being reopened");
    else this.#probeLater();
  }
}

/** What was taken away from under the engine, which goes on writing into files without a name: the data directory, or the file that is written. */
function lostFile({ dataDir, current }: Files): string | undefined {
  return [dataDir, current?.path].find((path) => path !== undefined && !existsSync(path));
}

function byteSize(columns: Columns): number {
  return columns.points * 20 + columns.histograms * 12 + columns.histogramBytes.length;
}

/** Notes the event times of a durable commit. */
function noteColumns(file: StoreFile, columns: Columns): void {
  file.times ??= new SeriesTimes();
  const note = (series: Int32Array, time: BigInt64Array, length: number): void => {
    const halves = new Int32Array(time.buffer);
    for (let row = 0; row < length; row++) {
      const timeMs = (halves[2 * row + 1] as number) * 4_294_967_296 + ((halves[2 * row] as number) >>> 0);
      file.times?.note(series[row] as number, timeMs);
      if (file.minMs === null || timeMs < file.minMs) file.minMs = timeMs;
      if (file.maxMs === null || timeMs > file.maxMs) file.maxMs = timeMs;
    }
  };
  note(columns.series, columns.time, columns.points);
  note(columns.histogramSeries, columns.histogramTime, columns.histograms);
  file.points += columns.points + columns.histograms;
}
