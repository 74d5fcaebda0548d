import {
  existsSync,
  promises as fs,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import type { Logger } from "../../logging/logger.js";
import type { Batch } from "../batch.js";
import type { Clock, Timer } from "../clock.js";
import { claimAbandoned, makeDirectory, readRecord, recordsIn, SPOOL_SUFFIX } from "./spool-directory.js";
import { type Entry, SpoolEntries } from "./spool-entries.js";
import { thisOwner } from "./spool-lock.js";
import { encodeRecord } from "./spool-record.js";

/** How often the lock is touched and spools of dead processes are looked for; also how long a failing disk is left alone. */
const HEARTBEAT_MS = 60_000;

/** A file's name begins with the time of its batch, so that names sort by age. */
const TIME_DIGITS = 15;

/** How long a server remembers batch ids: a batch that is older could be stored a second time, so it is not kept. */
const MAX_AGE_MS = 7 * 86_400_000;

/** The writes that a full or read-only disk refuses; replaced in tests. */
export interface SpoolDisk {
  write(path: string, data: Uint8Array): Promise<void>;
  writeSync(path: string, data: Uint8Array): void;
}

/** How a spool works. */
export interface SpoolOptions {
  /** `spool_dir`. */
  readonly directory: string;
  readonly serviceName: string;
  readonly ephemeralId: string;
  /** `spool_size`: bytes of records this process keeps. */
  readonly limitBytes: number;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly disk?: SpoolDisk;
  /** Events of a dead process are here now. */
  readonly inherited: (events: number) => void;
  /** Events had to go because the spool is full, or their record was found damaged. */
  readonly dropped: (events: number) => void;
}

/**
 * Batches on disk (W-91): one file each in a directory of this process, `<spool_dir>/<service>/<pid>-<ephemeral id>/`, with a lock file that names
 * the process. Whoever finds the directory of a dead process renames it into its own, which only one can do, and sends what is in it. A disk that
 * fails is reported once and left alone for a while; no method throws (W-94).
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #disk: SpoolDisk;
  readonly #home: string;
  readonly #path: string;
  readonly #entries: SpoolEntries;
  #written = 0;
  #open = false;
  #warned = false;
  #retryAt = Number.NEGATIVE_INFINITY;
  #heartbeat: Timer | undefined;

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#entries = new SpoolEntries(options.limitBytes);
    this.#disk = options.disk ?? { write: (path, data) => fs.writeFile(path, data), writeSync: writeFileSync };
    this.#home = join(options.directory, options.serviceName.replaceAll(" ", "_"));
    this.#path = join(this.#home, `${process.pid}-${options.ephemeralId}`);
  }

  /** Batches that wait on disk, without the one taken. */
  get length(): number {
    return this.#entries.length;
  }

  /** Makes the directory and takes over what dead processes left; from now on the lock is kept fresh. */
  async open(): Promise<void> {
    this.#ensureOpen();
    await this.#takeOver();
    this.#beat();
  }

  /** Writes a batch. Resolves to the name of its file, `undefined` if it could not be written. */
  async save(batch: Batch, metadata: Uint8Array): Promise<string | undefined> {
    if (this.#options.clock.now() < this.#retryAt) return undefined;
    const record = this.#encode(batch, metadata);
    if (!record) return undefined;
    const path = join(this.#path, record.entry.file);
    try {
      await this.#disk.write(`${path}.tmp`, record.data);
      await fs.rename(`${path}.tmp`, path);
    } catch (error) {
      void fs.unlink(`${path}.tmp`).catch(() => {});
      this.#fail(error);
      return undefined;
    }
    this.#add(record.entry);
    return record.entry.file;
  }

  /** As `save`, before it returns; for a process that is about to end: there is no later, so a disk that is left alone for a while is tried too. */
  saveSync(batch: Batch, metadata: Uint8Array): string | undefined {
    const record = this.#encode(batch, metadata);
    if (!record) return undefined;
    const path = join(this.#path, record.entry.file);
    try {
      this.#disk.writeSync(`${path}.tmp`, record.data);
      renameSync(`${path}.tmp`, path);
    } catch (error) {
      // What a full disk took of it must not stay there, nor keep the directory from being removed.
      rmSync(`${path}.tmp`, { force: true });
      this.#fail(error);
      return undefined;
    }
    this.#add(record.entry);
    return record.entry.file;
  }

  /** Takes the oldest batch to send it; its file stays until `remove`. A damaged or too old one is dropped and the next one taken. */
  async takeOldest(): Promise<Batch | undefined> {
    for (let entry = this.#entries.shift(); entry; entry = this.#entries.shift()) {
      const expired = Date.now() - Number(entry.file.slice(0, TIME_DIGITS)) > MAX_AGE_MS;
      const batch = expired ? undefined : await readRecord(join(this.#path, entry.file), entry.file);
      if (batch) return batch;
      this.remove(entry.file);
      this.#options.dropped(entry.events);
      const why = expired ? "older than seven days" : "damaged";
      this.#options.logger.warn(`spool: ${entry.file} is ${why}, its ${entry.events} events are lost`);
    }
    return undefined;
  }

  /** A batch that was taken could not be sent: it is the oldest again. */
  putBack(batch: Batch): void {
    const entry = {
      file: batch.file as string,
      bytes: batch.bytes + (batch.metadata?.length ?? 0),
      events: batch.events,
    };
    this.#entries.unshift(entry);
  }

  /** Takes the entry of a file out of those that wait, for one that is being sent already. */
  withdraw(file: string): void {
    this.#entries.withdraw(file);
  }

  /** A batch needs no place on disk any more. */
  remove(file: string): void {
    void fs.unlink(join(this.#path, file)).catch(() => {});
  }

  /** Leaves what is on disk to the next process; an empty directory is removed. */
  close(): void {
    this.#heartbeat?.cancel();
    this.#heartbeat = undefined;
    if (!this.#open) return;
    this.#open = false;
    try {
      unlinkSync(join(this.#path, "lock"));
      if (readdirSync(this.#path).length === 0) rmdirSync(this.#path);
    } catch {
      // Then the next process finds a lock of a dead one.
    }
  }

  #ensureOpen(): boolean {
    if (this.#open) return true;
    try {
      // The lock is inside before the directory has its name: a directory without a lock always is one left behind.
      const temporary = join(this.#home, `.${basename(this.#path)}`);
      if (!existsSync(this.#path)) {
        makeDirectory(temporary);
        writeFileSync(join(temporary, "lock"), JSON.stringify(thisOwner()));
        renameSync(temporary, this.#path);
      }
      this.#open = true;
    } catch (error) {
      this.#fail(error);
    }
    return this.#open;
  }

  #encode(batch: Batch, metadata: Uint8Array): { entry: Entry; data: Buffer } | undefined {
    if (!this.#ensureOpen()) return undefined;
    const data = encodeRecord(batch, metadata);
    if (data.length > this.#options.limitBytes) return undefined;
    this.#makeRoom(data.length);
    // Sorts by age, also after the next process has put it among its own.
    const file = `${Date.now().toString().padStart(TIME_DIGITS, "0")}-${String(++this.#written).padStart(6, "0")}-${batch.id.replace(":", "-")}${SPOOL_SUFFIX}`;
    return { entry: { file, bytes: data.length, events: batch.events }, data };
  }

  #add(entry: Entry): void {
    this.#entries.push(entry);
    this.#makeRoom(0);
  }

  /** Drops the oldest records until `bytes` more fit. */
  #makeRoom(bytes: number): void {
    for (const entry of this.#entries.makeRoom(bytes)) {
      this.remove(entry.file);
      this.#options.dropped(entry.events);
    }
  }

  #fail(error: unknown): void {
    this.#retryAt = this.#options.clock.now() + HEARTBEAT_MS;
    if (this.#warned) return;
    this.#warned = true;
    this.#options.logger.warn(
      `spool_dir ${this.#options.directory} cannot be written (${String(error)}): events are kept in memory only`,
    );
  }

  #beat(): void {
    this.#heartbeat = this.#options.clock.after(HEARTBEAT_MS, () => {
      try {
        const now = new Date();
        utimesSync(join(this.#path, "lock"), now, now);
      } catch {
        // Not ours any more, or not open: `#ensureOpen` sees to it at the next write.
        this.#open = existsSync(join(this.#path, "lock"));
      }
      void this.#takeOver().then(() => {
        if (this.#heartbeat) this.#beat();
      });
    });
  }

  async #takeOver(): Promise<void> {
    if (!this.#open) return;
    try {
      for await (const { claimed, name } of claimAbandoned(this.#home, this.#path)) await this.#inherit(claimed, name);
    } catch (error) {
      this.#options.logger.warn(
        `spool: taking over from an ended process failed, it is tried again (${String(error)})`,
      );
    }
  }

  async #inherit(claimed: string, from: string): Promise<void> {
    let events = 0;
    let damaged = 0;
    const inherited: Entry[] = [];
    for (const path of recordsIn(claimed)) {
      const file = basename(path);
      const batch = await readRecord(path, file);
      if (!batch) {
        damaged++;
        continue;
      }
      await fs.rename(path, join(this.#path, file)).catch(() => {});
      const entry = { file, bytes: batch.bytes + (batch.metadata?.length ?? 0), events: batch.events };
      inherited.push(entry);
      events += entry.events;
    }
    await fs.rm(claimed, { recursive: true, force: true }).catch(() => {});
    this.#entries.unshift(...inherited);
    if (events > 0) {
      this.#options.inherited(events);
      this.#options.logger.info(`spool: ${events} events of an ended process (${from}) will be sent`);
    }
    if (damaged > 0)
      this.#options.logger.warn(`spool: ${damaged} damaged records of an ended process (${from}) are lost`);
    this.#makeRoom(0);
  }
}
