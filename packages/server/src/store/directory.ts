import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type ManifestFile, parseFileName } from "./manifest.js";

/** Every store file of the data directory, for a list that has to be made anew; nothing is known of what they hold. */
export function foundFiles(dataDir: string): ManifestFile[] {
  const found: ManifestFile[] = [];
  for (const name of readdirSync(dataDir).sort()) {
    const parsed = parseFileName(name);
    if (parsed !== undefined) found.push({ name, day: parsed.day, state: "open", points: 0, minMs: null, maxMs: null });
  }
  return found;
}

/** Removes what an interrupted begin or compaction left behind: store files that are not `listed`. */
export function sweep(dataDir: string, listed: ReadonlySet<string>): void {
  for (const name of readdirSync(dataDir)) {
    const base = name.replace(/\.wal$/, "");
    if (parseFileName(base) !== undefined && !listed.has(base)) rmSync(join(dataDir, name), { force: true });
  }
  rmSync(join(dataDir, "manifest.json.next"), { force: true });
}

/** Moves a file and its log to `quarantine/`. Returns that directory. */
export function moveToQuarantine(dataDir: string, name: string): string {
  const quarantine = join(dataDir, "quarantine");
  mkdirSync(quarantine, { recursive: true });
  for (const each of [name, `${name}.wal`]) {
    const path = join(dataDir, each);
    if (existsSync(path)) renameSync(path, join(quarantine, each));
  }
  return quarantine;
}
