import { open, readFile, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";

/** How the name of a file ends that is a part of the disk queue. */
export const SUFFIX = ".bulk";
/** How it goes on while the file is being written. */
export const TEMPORARY = ".writing";
/** The checksum before the body, CRC-32, little endian. */
export const HEADER_BYTES = 4;

/** A name that sorts by sequence, and says since which hour its documents are held, in hours since 1970; `owner` is the process. */
export function nameOf(sequence: number, owner: string, heldHour: number | undefined): string {
  const held = heldHour === undefined ? "" : `-held${heldHour}`;
  return `${String(sequence).padStart(12, "0")}-${owner}${held}${SUFFIX}`;
}

/** The hour in a name; undefined when its documents are not held. */
export function heldHourOf(name: string): number | undefined {
  const [, hour] = /-held(\d+)\.bulk$/.exec(name) ?? [];
  return hour === undefined ? undefined : Number(hour);
}

/** Writes a checksum and the body; the file appears by a rename after its bytes are synced. Rejects with what the file system says, and leaves nothing then. */
export async function writeQueueFile(path: string, body: Buffer): Promise<void> {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(crc32(body));
  try {
    const file = await open(path + TEMPORARY, "w");
    try {
      // Not writev: on a disk that fills up it may write a part and not say so.
      await file.writeFile(header);
      await file.writeFile(body);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(path + TEMPORARY, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    for (const left of [path + TEMPORARY, path]) await unlink(left).catch(() => {});
    throw error;
  }
}

/** The body of a file; "damaged" when it is not whole, "gone" when there is none. Rejects when it cannot be read now. */
export async function readQueueFile(path: string): Promise<Buffer | "damaged" | "gone"> {
  const data = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (data === undefined) return "gone";
  const body = data.subarray(HEADER_BYTES);
  return body.length > 0 && data.readUInt32LE(0) === crc32(body) ? body : "damaged";
}

/** The rename itself must survive. Windows cannot sync a directory, and needs not to. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const directory = await open(path, "r");
  await directory.sync().finally(() => directory.close());
}
