import type { StoreFile } from "./store-file.js";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What retention looks at. */
export interface Kept {
  readonly file: Pick<StoreFile, "day" | "maxMs" | "state" | "name">;
  readonly sizeBytes: number;
  /** When it was last written. */
  readonly modifiedMs: number;
}

/**
 * The files to drop, oldest first. By age: the newest event is too old, and nothing arrived lately, so that a replay of old data can be looked at
 * for an hour (or the retention, if shorter). By size: the oldest of the closed files, until the rest fits.
 */
export function expired<K extends Kept>(
  files: readonly K[],
  retentionMs: number,
  maxSizeBytes: number,
  nowMs: number,
): K[] {
  const byAge = [...files].sort((a, b) => newestMs(a) - newestMs(b));
  const dropped = byAge.filter(
    (kept) =>
      retentionMs > 0 &&
      newestMs(kept) < nowMs - retentionMs &&
      kept.modifiedMs < nowMs - Math.min(retentionMs, HOUR_MS),
  );
  if (maxSizeBytes <= 0) return dropped;
  const remaining = byAge.filter((kept) => !dropped.includes(kept));
  let size = remaining.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  for (const kept of remaining) {
    if (size <= maxSizeBytes) break;
    if (kept.file.state === "open") continue;
    dropped.push(kept);
    size -= kept.sizeBytes;
  }
  return dropped;
}

/** Time of the newest event, at most the end of the arrival day: an agent whose clock runs ahead keeps no file for years. */
function newestMs({ file }: Kept): number {
  const endOfDay = Date.parse(`${file.day}T00:00:00Z`) + DAY_MS;
  return Math.min(file.maxMs ?? Number.NEGATIVE_INFINITY, endOfDay);
}
