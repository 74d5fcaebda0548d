import { createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CommandError } from "../failure.js";

/** How long an interrupted command may take to stop what it does. */
const STOP_MS = 5_000;

/**
 * Writes to a file, or to standard output without one. Half a file is worse than none: it is removed again if the whole
 * does not arrive, also when the command is interrupted.
 */
export async function writeOutput(source: AsyncIterable<string | Buffer>, file: string | undefined): Promise<void> {
  const bytes = source instanceof Readable ? source : Readable.from(source);
  if (file === undefined) return pipeline(bytes, process.stdout, { end: false });
  await interruptible(
    async () => {},
    () =>
      guardFile(file, async () => {
        const out = createWriteStream(file);
        const closed = new Promise<void>((resolve) => out.once("close", resolve));
        // Until it is closed a file that is still being opened could appear after it was removed.
        await pipeline(bytes, out).finally(() => closed);
      }),
  );
}

/** Runs what writes `file`, and removes the file if that fails or the process ends before. */
export async function guardFile(file: string, write: () => Promise<void>): Promise<void> {
  const remove = (): void => removeFile(file);
  process.on("exit", remove);
  try {
    await write();
  } catch (error) {
    remove();
    const { message } = error as Error;
    throw new CommandError("OUTPUT_INCOMPLETE", `${file} could not be written whole: ${message}`, { cause: error });
  } finally {
    process.off("exit", remove);
  }
}

/** Runs `work` with a directory of its own for files that may be large, gone at the end of the work or of the process. */
export async function withScratch(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "tidegauge-export-"));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  process.on("exit", remove); // a reader of standard output that had enough ends the process
  try {
    await work(directory);
  } finally {
    remove();
    process.off("exit", remove);
  }
}

/** Runs `work`. A signal meanwhile ends the process, after `stop`. */
export async function interruptible(stop: () => Promise<void>, work: () => Promise<void>): Promise<void> {
  let ending: Promise<void> | undefined;
  const interrupted = (signal: NodeJS.Signals): void => {
    const late = new Promise((resolve) => setTimeout(resolve, STOP_MS));
    ending ??= Promise.race([stop(), late]).finally(() =>
      process.exit(128 + constants.signals[signal]),
    ) as Promise<void>;
  };
  process.on("SIGINT", interrupted).on("SIGTERM", interrupted);
  try {
    await work();
  } finally {
    await ending; // that the work broke off then is no failure to tell
    process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
  }
}

/** A device or a pipe somebody made stays. */
function removeFile(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) rmSync(file, { force: true });
}
