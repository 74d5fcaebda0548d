import { closeSync, fsyncSync, openSync, statfsSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a probe of the disk writes. */
const PROBE_BYTES = 4 * 1024 ** 2;

/** Bytes that can still be written below this directory. */
export function freeBytes(dataDir: string): number {
  const { bavail, bsize } = statfsSync(dataDir);
  return bavail * bsize;
}

/** Writes and removes a file of some size, durably: the honest answer to "can it be written again". */
export function probeDisk(dataDir: string): boolean {
  const path = join(dataDir, "tmp", "probe");
  try {
    if (freeBytes(dataDir) < 2 * PROBE_BYTES) return false;
    const handle = openSync(path, "w");
    try {
      writeFileSync(handle, Buffer.alloc(PROBE_BYTES, 1));
      fsyncSync(handle);
    } finally {
      closeSync(handle);
      unlinkSync(path);
    }
    return true;
  } catch {
    return false;
  }
}

/** Whether an error of the engine or the system says that the disk is full. */
export function isDiskFull(error: unknown): boolean {
  return /no space left|ENOSPC|disk is full|EDQUOT|quota/i.test(String(error));
}

/** Size of a database file and its log, bytes. */
export function fileSize(path: string): number {
  let size = 0;
  for (const each of [path, `${path}.wal`]) size += statSync(each, { throwIfNoEntry: false })?.size ?? 0;
  return size;
}
