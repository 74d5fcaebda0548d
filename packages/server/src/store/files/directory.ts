import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type ManifestFile, parseFileName, readManifest } from "./manifest.js";

/** The files that make up a store, as its manifest lists them. */
interface Listing {
  readonly files: readonly ManifestFile[];
  /** Of the files' tables; the oldest where nothing tells. */
  readonly version: number;
  /** What is wrong with the manifest, if the list was made from the directory. */
  readonly rebuilt: "missing" | "damaged" | undefined;
}

/** The files of a data directory. Throws `STORE_TOO_NEW`. */
export function listedFiles(dataDir: string): Listing {
  const manifest = readManifest(dataDir);
  if (typeof manifest !== "string") return { files: manifest.files, version: manifest.schema, rebuilt: undefined };
  // A store always has a manifest before its first file, so files without one are not a new store's leftovers.
  const files = foundFiles(dataDir);
  return { files, version: 1, rebuilt: files.length > 0 ? manifest : undefined };
}

/** Every store file of the data directory, for a list that has to be made anew; nothing is known of what they hold. */
function foundFiles(dataDir: string): ManifestFile[] {
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
