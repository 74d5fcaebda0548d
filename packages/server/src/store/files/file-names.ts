import { fileName, parseFileName } from "./manifest.js";

/** Names of new files: the generations of a day only rise, so that no name is used twice while it may be attached. */
export class FileNames {
  /** Highest generation known, by day. */
  readonly #generations = new Map<string, number>();

  /** A file of this name exists. */
  note(name: string): void {
    const parsed = parseFileName(name);
    if (parsed === undefined) return;
    const { day, generation } = parsed;
    this.#generations.set(day, Math.max(this.#generations.get(day) ?? 0, generation));
  }

  /** The name of the next file of a day, `YYYY-MM-DD`. */
  next(day: string): string {
    const generation = (this.#generations.get(day) ?? 0) + 1;
    this.#generations.set(day, generation);
    return fileName(day, generation);
  }
}
