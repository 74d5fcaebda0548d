import { createWriteStream, rmSync, statSync } from "node:fs";
import { constants } from "node:os";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CommandError } from "../failure.js";

/**
 * Writes to a file, or to standard output without one. Half a file is worse than none: it is removed again if the whole
 * does not arrive, also when the command is interrupted.
 */
export async function writeOutput(source: AsyncIterable<string | Buffer>, file: string | undefined): Promise<void> {
  const bytes = source instanceof Readable ? source : Readable.from(source);
  if (file === undefined) return pipeline(bytes, process.stdout, { end: false });
  await guardFile(file, async () => {
    const out = createWriteStream(file);
    const closed = new Promise<void>((resolve) => out.once("close", resolve));
    // Until it is closed a file that is still being opened could appear after it was removed.
    await pipeline(bytes, out).finally(() => closed);
  });
}

/** Runs what writes `file`, and removes the file if that fails or is interrupted. */
export async function guardFile(file: string, write: () => Promise<void>): Promise<void> {
  const interrupted = (signal: NodeJS.Signals): never => {
    removeFile(file);
    process.exit(128 + constants.signals[signal]);
  };
  process.on("SIGINT", interrupted).on("SIGTERM", interrupted);
  try {
    await write();
  } catch (error) {
    removeFile(file);
    const { message } = error as Error;
    throw new CommandError("OUTPUT_INCOMPLETE", `${file} could not be written whole: ${message}`, { cause: error });
  } finally {
    process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
  }
}

/** A device or a pipe somebody made stays. */
function removeFile(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) rmSync(file, { force: true });
}
