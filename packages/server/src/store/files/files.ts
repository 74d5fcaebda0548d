import { existsSync, rmSync } from "node:fs";
import type { DuckDBConnection } from "@duckdb/node-api";
import { StoreError } from "../error.js";
import type { WorkerOptions } from "../messages.js";
import { attachFile, replacedFiles } from "./attach.js";
import { listedFiles, moveToQuarantine, sweep } from "./directory.js";
import { isDiskFull } from "./disk.js";
import { closeEngine, type Engine, literal, openEngine } from "./engine.js";
import { FileNames } from "./file-names.js";
import { type ManifestFile, syncDirectory, writeManifest } from "./manifest.js";
import { createTables } from "./schema.js";
import { byName, removeFile, type StoreFile, storeFile } from "./store-file.js";
import { isRefused } from "./verify.js";

type Log = (level: "info" | "warn" | "error", message: string) => void;

/**
 * The files of the store and their manifest. A file exists for readers from the moment the manifest lists it; every change of the list is one
 * atomic rename, so after a crash the store is as before or as after.
 */
export class Files {
  readonly #options: WorkerOptions;
  readonly #log: Log;
  #engine: Engine | undefined;
  #list: StoreFile[] = [];
  readonly #names = new FileNames();
  #last: Promise<unknown> = Promise.resolve();
  /** The file that is written, if any. */
  current: StoreFile | undefined;
  /** Names of files that could not be read. */
  readonly quarantined: string[] = [];

  constructor(options: WorkerOptions, log: Log) {
    this.#options = options;
    this.#log = log;
  }

  get engine(): Engine {
    if (this.#engine === undefined) throw new StoreError("STORE_UNAVAILABLE", "the store is being reopened: try again");
    return this.#engine;
  }

  /** False while a reopening fails. */
  get isOpen(): boolean {
    return this.#engine !== undefined;
  }

  /** The files of the manifest, in the order of their arrival days. */
  get list(): readonly StoreFile[] {
    return this.#list;
  }

  get dataDir(): string {
    return this.#options.dataDir;
  }

  /** Opens the engine and attaches every listed file. What was open is closed: a new file is begun by the next commit. */
  async open(): Promise<void> {
    const { files, version, rebuilt } = listedFiles(this.dataDir);
    const engine = await openEngine(this.#options);
    try {
      // Not before the engine's lock says that no other process works in the directory.
      if (rebuilt === undefined) sweep(this.dataDir, new Set(files.map((file) => file.name)));
      else this.#log("error", `manifest.json is ${rebuilt}: the list of files is rebuilt from the directory`);
      const list: StoreFile[] = [];
      for (const file of files) {
        const opened = await this.#attachListed(engine.keeper, file, version);
        if (opened !== undefined) list.push(opened);
      }
      const replaced = rebuilt === undefined ? [] : await replacedFiles(engine.keeper, list);
      for (const file of replaced) {
        await this.#detach(file, engine.keeper);
        removeFile(file.path);
      }
      this.#list = list.filter((file) => !replaced.includes(file));
      this.#engine = engine;
      try {
        this.#save();
      } catch (error) {
        // Reading must go on while nothing can be written; the manifest on disk names the same files.
        if (!isDiskFull(error)) throw error;
      }
    } catch (error) {
      closeEngine(engine);
      throw error;
    }
  }

  /** Closes every file and the engine. Nothing may be running. */
  close(): void {
    if (this.#engine === undefined) return;
    const engine = this.#engine;
    this.#engine = undefined;
    this.current = undefined;
    closeEngine(engine);
  }

  /** Closes the current file and begins a new one. */
  async begin(day: string): Promise<void> {
    const alias = this.#newFile(day, "open");
    await this.#create(alias);
    const previous = this.current;
    if (previous !== undefined) previous.state = "closed";
    this.#list.push(alias);
    this.#list.sort(byName);
    this.current = alias;
    this.#save();
  }

  /** Creates a file that is not listed yet, to be filled and then put in place by `replace`. */
  async prepare(day: string): Promise<StoreFile> {
    const file = this.#newFile(day, "sorted");
    await this.#create(file);
    return file;
  }

  /** Puts `file` in the place of `replaced`, which are removed after their last reader. Durable on return. */
  async replace(replaced: readonly StoreFile[], file: StoreFile | undefined): Promise<void> {
    const list = this.#list.filter((each) => !replaced.includes(each));
    if (file !== undefined) list.push(file);
    const before = this.#list;
    this.#list = list.sort(byName);
    try {
      this.#save();
    } catch (error) {
      this.#list = before;
      throw error;
    }
    for (const each of replaced) {
      if (each === this.current) this.current = undefined;
      each.retired = true;
      if (each.readers === 0) await this.abandon(each);
    }
  }

  /** Detaches and removes a file that is not listed, or not any more. */
  async abandon(file: StoreFile): Promise<void> {
    await this.#detach(file);
    removeFile(file.path);
  }

  /** The files whose events touch [fromMs, toMs), kept from removal until `release`. */
  acquire(fromMs: number, toMs: number): StoreFile[] {
    const files = this.#list.filter(
      (file) => file.minMs !== null && file.maxMs !== null && file.maxMs >= fromMs && file.minMs < toMs,
    );
    this.hold(files);
    return files;
  }

  /** Keeps these files from removal until `release`. */
  hold(files: readonly StoreFile[]): void {
    for (const file of files) file.readers += 1;
  }

  /** Ends the reading of held files; removes those that were only kept for it. */
  async release(files: readonly StoreFile[]): Promise<void> {
    for (const file of files) {
      file.readers -= 1;
      if (file.readers > 0 || this.#engine === undefined) continue;
      if (file.damage !== undefined) await this.#setAside(file, file.damage);
      else if (file.retired) await this.abandon(file);
    }
  }

  /** Takes a file that cannot be read out of the list, and moves it to `quarantine/` after its last reader: the rest is served. */
  async quarantine(file: StoreFile, reason: unknown): Promise<void> {
    if (!this.#list.includes(file)) return;
    this.#list = this.#list.filter((each) => each !== file);
    if (this.current === file) this.current = undefined;
    file.damage = String(reason);
    this.#save();
    this.quarantined.push(file.name);
    if (file.readers === 0) await this.#setAside(file, file.damage);
  }

  #newFile(day: string, state: "open" | "sorted"): StoreFile {
    const name = this.#names.next(day);
    return storeFile(this.dataDir, { name, day, state, points: 0, minMs: null, maxMs: null });
  }

  async #create(file: StoreFile): Promise<void> {
    // Nothing of a name that is given out can be of value: the manifest does not list it.
    rmSync(file.path, { force: true });
    rmSync(`${file.path}.wal`, { force: true });
    const { keeper } = this.engine;
    try {
      await this.#alone(async () => {
        await keeper.run(`ATTACH ${literal(file.path)} AS ${file.alias}`);
        await createTables(keeper, file.alias);
        await keeper.run(`CHECKPOINT ${file.alias}`);
      });
      syncDirectory(this.dataDir);
    } catch (error) {
      await this.abandon(file).catch(() => undefined);
      throw error;
    }
  }

  async #attachListed(
    connection: DuckDBConnection,
    listed: ManifestFile,
    version: number,
  ): Promise<StoreFile | undefined> {
    this.#names.note(listed.name);
    const file = storeFile(this.dataDir, listed);
    if (!existsSync(file.path)) {
      this.#log("error", `${file.name} is missing: what it held is lost, the rest is served`);
      this.quarantined.push(file.name);
      return undefined;
    }
    try {
      await attachFile(connection, file, version, this.#options);
    } catch (error) {
      if (isDiskFull(error)) throw new StoreError("STORE_UNAVAILABLE", "the disk is full: free some space");
      const refused = `${file.path} cannot be opened, see who may read and write it: ${error}`;
      if (isRefused(error)) throw new StoreError("STORE_UNAVAILABLE", refused);
      this.quarantined.push(file.name);
      await this.#setAside(file, error, connection);
      return undefined;
    }
    return file;
  }

  #save(): void {
    writeManifest(this.dataDir, this.#list);
  }

  /** One thing at a time on the keeper's connection: within a transaction nothing else may come between. */
  async #alone(work: () => Promise<unknown>): Promise<void> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    await result;
  }

  async #detach(file: StoreFile, connection: DuckDBConnection = this.engine.keeper): Promise<void> {
    await this.#alone(() => connection.run(`DETACH DATABASE IF EXISTS ${file.alias}`));
  }

  async #setAside(file: StoreFile, reason: unknown, connection: DuckDBConnection = this.engine.keeper): Promise<void> {
    await this.#detach(file, connection);
    const quarantine = moveToQuarantine(this.dataDir, file.name);
    this.#log(
      "error",
      `${file.name} cannot be read and was moved to ${quarantine}; the rest is served (${String(reason)})`,
    );
  }
}
