import { mkdir, open, readFile, realpath, rename, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import type { Logger } from "../health/log.js";
import { type ConfigEntry, ignoredValues, parseEntries } from "./entries.js";

/** How often the file is looked at. A look is one `stat`; unlike a watcher it sees a rename, a mounted volume and a replaced link alike. */
const LOOK_EVERY_MS = 1_000;

/** The agent configuration file cannot be used; the message says what is wrong where. */
export class ConfigFileError extends Error {
  readonly code = "AGENT_CONFIG_INVALID";
  constructor(path: string, problem: string) {
    super(`agent configuration ${path}: ${problem}`);
    this.name = "ConfigFileError";
  }
}

/** The agent configurations in a JSON file, re-read when the file changes, also by rename. A bad change is logged and the former state kept. */
export class ConfigFile {
  readonly path: string;
  readonly #logger: Logger;
  #entries: readonly ConfigEntry[] = [];
  #seen = "";
  #timer: NodeJS.Timeout | undefined;
  #busy: Promise<unknown> = Promise.resolve();
  /** Why the last look failed, so that it is said once. */
  #problem = "";

  constructor(path: string, logger: Logger) {
    this.path = path;
    this.#logger = logger;
  }

  get entries(): readonly ConfigEntry[] {
    return this.#entries;
  }

  /** Whether it was there at the last look. */
  get exists(): boolean {
    return this.#seen !== "";
  }

  /** Reads the file and goes on looking at it. A file that is not there yet holds no entries. Rejects with `ConfigFileError` when it is there and bad. */
  async start(): Promise<void> {
    try {
      this.#seen = await identity(this.path);
    } catch (error) {
      throw new ConfigFileError(this.path, (error as Error).message);
    }
    if (this.#seen !== "") this.#entries = await this.#read();
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
  }

  /** Looks at the file now. */
  look(): Promise<void> {
    return this.#exclusively(() => this.#look());
  }

  async #look(): Promise<void> {
    let now: string;
    try {
      now = await identity(this.path);
    } catch (error) {
      // Not the same as no file: an unreachable volume must not take every agent's configuration away.
      const problem = (error as Error).message;
      if (problem !== this.#problem) {
        this.#logger.warn({ "file.path": this.path }, `agent configuration: ${problem}; the former one stays in force`);
      }
      this.#problem = problem;
      return;
    }
    this.#problem = "";
    if (now === this.#seen) return;
    this.#seen = now;
    try {
      this.#entries = now === "" ? [] : await this.#read();
      this.#logger.info({ "file.path": this.path }, `agent configuration re-read: ${this.#entries.length} entries`);
    } catch (error) {
      this.#logger.warn({ "file.path": this.path }, `${(error as Error).message}; the former one stays in force`);
    }
  }

  /**
   * Puts new entries in force and into the file, whole or not at all. Resolves with false, and changes nothing, if `mayReplace` does not accept the
   * entries that are in force by then. Rejects with the system's error if the file cannot be written.
   */
  save(
    entries: readonly ConfigEntry[],
    mayReplace: (current: readonly ConfigEntry[]) => boolean = () => true,
  ): Promise<boolean> {
    return this.#exclusively(async () => {
      await this.#look(); // somebody may have edited the file since the last look
      if (!mayReplace(this.#entries)) return false;
      // A link is followed, so that the file it leads to changes and not the link.
      const target = await realpath(this.path).catch(() => this.path);
      await mkdir(dirname(target), { recursive: true });
      const temporary = `${target}.${process.pid}.tmp`;
      try {
        const handle = await open(temporary, "w", 0o600);
        try {
          await handle.writeFile(`${JSON.stringify(entries, undefined, 2)}\n`);
          await handle.sync();
        } finally {
          await handle.close();
        }
        await rename(temporary, target);
      } catch (error) {
        await unlink(temporary).catch(() => {});
        throw error;
      }
      this.#entries = entries;
      this.#seen = await identity(this.path).catch(() => ""); // it is saved, whoever can look at it
      return true;
    });
  }

  /** Stops looking. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#busy;
  }

  async #read(): Promise<readonly ConfigEntry[]> {
    let document: unknown;
    try {
      document = JSON.parse(await readFile(this.path, "utf8"));
    } catch (error) {
      throw new ConfigFileError(this.path, (error as Error).message);
    }
    const entries = parseEntries(document);
    if (typeof entries === "string") throw new ConfigFileError(this.path, entries);
    const [ignored, ...more] = ignoredValues(entries);
    if (ignored !== undefined) {
      const count = more.length === 0 ? "" : ` (and ${more.length} more)`;
      this.#logger.warn({ "file.path": this.path }, `agents will ignore ${ignored}${count}`);
    }
    return entries;
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#busy.then(work);
    this.#busy = result.catch(() => {});
    return result;
  }
}

/** Changes when the file does: another file under the name, another size or time. Empty when there is no file; rejects when nobody can tell. */
async function identity(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
    return `${dev}:${ino}:${size}:${mtimeNs}`;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return "";
    throw error;
  }
}
