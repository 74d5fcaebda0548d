import type { Batch } from "../batch.js";

/** `TGS1`, the format's name and version. */
const MAGIC = 0x54475331;
/** Magic, length of the rest, its CRC-32, length of the head. */
const PREFIX_BYTES = 16;

interface RecordHead {
  readonly id: string;
  readonly events: number;
  readonly gzip: boolean;
  readonly metadataBytes: number;
}

/** A batch as it lies in the spool: length and checksum in front, so that a torn write is noticed and costs this record only (W-91). */
export function encodeRecord(batch: Batch, metadata: Uint8Array): Buffer {
  const head: RecordHead = { id: batch.id, events: batch.events, gzip: batch.gzip, metadataBytes: metadata.length };
  const headBytes = Buffer.from(JSON.stringify(head));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  const record = Buffer.concat([prefix, headBytes, metadata, ...batch.parts]);
  record.writeUInt32BE(MAGIC, 0);
  record.writeUInt32BE(record.length - 12, 4);
  record.writeUInt32BE(headBytes.length, 12);
  record.writeUInt32BE(checksum(record), 8);
  return record;
}

/** Reads a record; `undefined` if it is torn or no record at all. */
export function decodeRecord(record: Buffer, file: string): Batch | undefined {
  if (record.length < PREFIX_BYTES || record.readUInt32BE(0) !== MAGIC) return undefined;
  if (record.readUInt32BE(4) !== record.length - 12 || record.readUInt32BE(8) !== checksum(record)) return undefined;
  const bodyAt = PREFIX_BYTES + record.readUInt32BE(12);
  const head = JSON.parse(record.toString("utf8", PREFIX_BYTES, bodyAt)) as RecordHead;
  const eventsAt = bodyAt + head.metadataBytes;
  return {
    // Not of this agent's series of batches: nobody waits for it.
    sequence: 0,
    id: head.id,
    events: head.events,
    gzip: head.gzip,
    metadata: record.subarray(bodyAt, eventsAt),
    parts: [record.subarray(eventsAt)],
    bytes: record.length - eventsAt,
    forced: false,
    file,
  };
}

function checksum(record: Buffer): number {
  return process.getBuiltinModule("node:zlib").crc32(record.subarray(12));
}
