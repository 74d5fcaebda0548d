import { createHash } from "node:crypto";
import type { Batch } from "../output/output.js";
import type { Document } from "./document.js";

/** One document of a bulk request: its action and source lines as bytes. */
export interface BulkItem {
  readonly lines: Buffer;
}

/**
 * The bulk items of a batch. Ids are made of batch id and line, or of the document where the sender gave no id, so that a repeat meets its own documents
 * (D-SRV-8).
 */
export function bulkItems(batch: Batch, documents: readonly Document[]): BulkItem[] {
  return documents.map(({ dataStream, line, fields }) => {
    const source = JSON.stringify(fields);
    const name = batch.batchId === undefined ? source : `${batch.batchId}:${line}`;
    const id = createHash("sha1").update(name).digest("base64url");
    return { lines: Buffer.from(`{"create":{"_index":${JSON.stringify(dataStream)},"_id":"${id}"}}\n${source}\n`) };
  });
}

/** Splits the body of a bulk request into its items again. */
export function itemsOf(body: Buffer): BulkItem[] {
  const items: BulkItem[] = [];
  let start = 0;
  while (start < body.length) {
    const action = body.indexOf(10, start);
    const source = body.indexOf(10, action + 1);
    if (action < 0 || source < 0) break;
    items.push({ lines: body.subarray(start, source + 1) });
    start = source + 1;
  }
  return items;
}

/** An item that will never be taken, and why. */
export interface DeadItem {
  readonly item: BulkItem;
  readonly status: number;
  readonly reason: string;
}

/** What became of the items of one bulk request. */
export interface BulkOutcome {
  /** There already (409). What is in none of the three lists was created now. */
  readonly present: BulkItem[];
  /** To be sent again (429, 5xx). */
  readonly again: BulkItem[];
  readonly dead: DeadItem[];
}

/** Only what {@link judgeBulk} reads is asked for. */
export const BULK_PATH = "_bulk?filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason";

interface BulkAnswer {
  errors?: boolean;
  items?: Record<string, { status?: number; error?: { type?: string; reason?: string } }>[];
}

/** Reads the answer to a bulk request of these items. Throws a SyntaxError or TypeError when it is none. */
export function judgeBulk(items: readonly BulkItem[], text: string): BulkOutcome {
  const answer = JSON.parse(text) as BulkAnswer;
  if (answer.errors === false) return { present: [], again: [], dead: [] };
  if (answer.items?.length !== items.length) throw new TypeError("the answer does not list every item");
  const present: BulkItem[] = [];
  const again: BulkItem[] = [];
  const dead: DeadItem[] = [];
  answer.items.forEach((result, index) => {
    const item = items[index] as BulkItem;
    const { status = 0, error } = Object.values(result)[0] ?? {};
    if (status >= 200 && status < 300) return;
    if (status === 409) present.push(item);
    else if (status === 429 || status >= 500) again.push(item);
    else dead.push({ item, status, reason: `${error?.type ?? "error"}: ${error?.reason ?? "no reason given"}` });
  });
  return { present, again, dead };
}
