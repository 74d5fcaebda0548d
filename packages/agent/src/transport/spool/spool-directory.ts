import { promises as fs, mkdirSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Batch } from "../batch.js";
import { isAbandoned } from "./spool-lock.js";
import { decodeRecord } from "./spool-record.js";

/** Ending of a record's file. */
export const SPOOL_SUFFIX = ".batch";

/**
 * Takes the directories of dead processes below `home` by renaming each into `own`, which only one heir can do (W-91). `name` is that of the dead
 * one's directory.
 */
export async function* claimAbandoned(home: string, own: string): AsyncGenerator<{ claimed: string; name: string }> {
  for (const name of listed(home)) {
    const theirs = join(home, name);
    if (theirs === own || name.startsWith(".") || !isAbandoned(join(theirs, "lock"), Date.now())) continue;
    const claimed = join(own, `of-${name}`);
    try {
      await fs.rename(theirs, claimed);
    } catch {
      // Another heir was faster.
      continue;
    }
    yield { claimed, name };
  }
}

/** All records below a directory, oldest first; also those an heir had claimed before it died itself. */
export function recordsIn(directory: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && entry.name.endsWith(SPOOL_SUFFIX)) found.push(join(entry.parentPath, entry.name));
  }
  return found.sort((a, b) => (basename(a) < basename(b) ? -1 : 1));
}

/** The batch in a file; `undefined` if it is damaged or gone. */
export async function readRecord(path: string, file: string): Promise<Batch | undefined> {
  try {
    return decodeRecord(await fs.readFile(path), file);
  } catch {
    return undefined;
  }
}

/** Makes a directory with its parents; others may be making the same ones. `mkdir`'s own `recursive` reports a read-only disk as a missing directory. */
export function makeDirectory(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    makeDirectory(dirname(path));
    makeDirectory(path);
  }
}

function listed(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}
