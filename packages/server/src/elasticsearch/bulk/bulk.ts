import { hash } from "node:crypto";
import type { Batch } from "../../output/output.js";
import type { Document } from "../documents/document.js";

/** Pieces are cut at this size, that of a bulk request (SRV-81). */
export const BULK_BYTES: number = 1024 * 1024;

/** Documents on their way: the body of a bulk request or a part of one, action and source lines in turn. */
export interface BulkPiece {
  readonly body: Buffer;
  /** How many documents. */
  readonly count: number;
}

/**
 * The documents of a batch as pieces of bulk requests. Ids are made of batch id and line, or of the document where the sender gave no id, so that a repeat
 * meets its own documents (D-SRV-8). Equal documents of one request are told apart by their number: a real APM Server stores each.
 */
export function bulkPieces(batch: Batch, documents: readonly Document[]): BulkPiece[] {
  const pieces: BulkPiece[] = [];
  const batchHash = batch.batchId === undefined ? undefined : hash("sha1", batch.batchId, "base64url");
  const equal = new Map<string, number>();
  let text = "";
  let count = 0;
  for (const { dataStream, line, source } of documents) {
    const id = batchHash === undefined ? documentId(source, equal) : `${batchHash}.${line}`;
    text += `{"create":{"_index":${JSON.stringify(dataStream)},"_id":"${id}"}}\n${source}\n`;
    count++;
    if (text.length < BULK_BYTES) continue;
    pieces.push({ body: Buffer.from(text), count });
    text = "";
    count = 0;
  }
  if (count > 0) pieces.push({ body: Buffer.from(text), count });
  return pieces;
}

function documentId(source: string, equal: Map<string, number>): string {
  const id = hash("sha1", source, "base64url");
  const before = equal.get(id) ?? 0;
  equal.set(id, before + 1);
  return before === 0 ? id : `${id}.${before}`;
}

/** The first documents of a body, at most this size together, one at least; undefined when it holds none. */
export function firstPiece(body: Buffer, maxBytes: number): BulkPiece | undefined {
  let end = 0;
  let count = 0;
  for (const next of documentEnds(body)) {
    if (count > 0 && next > maxBytes) break;
    end = next;
    count++;
  }
  return count === 0 ? undefined : { body: body.subarray(0, end), count };
}

/** Where each document of a body ends. */
function* documentEnds(body: Buffer): Generator<number> {
  let start = 0;
  while (start < body.length) {
    const action = body.indexOf(10, start);
    const source = action < 0 ? -1 : body.indexOf(10, action + 1);
    if (source < 0) return;
    start = source + 1;
    yield start;
  }
}

/** A document that was not taken, and why. */
export interface RefusedDocument {
  /** Its action and source line. */
  readonly lines: Buffer;
  readonly status: number;
  readonly reason: string;
}

/** A document that is not taken now and may be later, while others are: it waits apart, so that nothing waits behind it. */
export interface HeldDocument extends RefusedDocument {
  /** It may be the document's own fault: it is not tried for ever. */
  readonly isSuspect: boolean;
}

/** What became of a piece. What is in none of the four was created now. */
export interface PieceOutcome {
  /** How many were there already (409). */
  readonly present: number;
  /** To be sent again as soon as the node is less busy (429). */
  readonly again: BulkPiece | undefined;
  readonly held: readonly HeldDocument[];
  readonly dead: readonly RefusedDocument[];
}

/**
 * Only what {@link judgeBulk} reads is asked for. A data stream without its primary shard must not keep the others of a request waiting for a minute, the
 * nodes' own default, which is longer than we wait for an answer.
 */
export const BULK_PATH = "_bulk?timeout=10s&filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason";

interface BulkItem {
  readonly status?: number;
  readonly error?: { type?: string; reason?: string };
}

const ALL_CREATED: PieceOutcome = { present: 0, again: undefined, held: [], dead: [] };

/** Errors with which the cluster, not the document, is to blame, whatever their status: read-only or closed indices, privileges, the limit of shards, no new indices. */
const CLUSTER_ERRORS: ReadonlySet<string> = new Set([
  "cluster_block_exception",
  "security_exception",
  "validation_exception",
  "index_not_found_exception",
  "index_closed_exception",
]);

/** Reads the answer to a bulk request of these pieces. Throws a SyntaxError or TypeError when it is none, or not a whole one. */
export function judgeBulk(pieces: readonly BulkPiece[], text: string): PieceOutcome[] {
  const answer = JSON.parse(text) as { errors?: boolean; items?: Record<string, BulkItem>[] };
  const count = pieces.reduce((sum, piece) => sum + piece.count, 0);
  if (answer.items?.length !== count) throw new TypeError("the answer does not list every document");
  if (answer.errors === false) return pieces.map(() => ALL_CREATED);
  let at = 0;
  return pieces.map((piece) => {
    const items = (answer.items as Record<string, BulkItem>[]).slice(at, at + piece.count);
    at += piece.count;
    return judgePiece(piece, items);
  });
}

function judgePiece({ body }: BulkPiece, items: readonly Record<string, BulkItem>[]): PieceOutcome {
  let present = 0;
  const again: Buffer[] = [];
  const held: HeldDocument[] = [];
  const dead: RefusedDocument[] = [];
  let start = 0;
  let at = 0;
  for (const end of documentEnds(body)) {
    const { status = 0, error } = Object.values(items[at++] ?? {})[0] ?? {};
    const lines = body.subarray(start, end);
    start = end;
    if (status >= 200 && status < 300) continue;
    if (status === 409) {
      present++;
      continue;
    }
    const reason = `${error?.type ?? "error"}: ${error?.reason ?? "no reason given"}`;
    if (status === 401 || status === 403 || CLUSTER_ERRORS.has(error?.type ?? ""))
      held.push({ lines, status, reason, isSuspect: false });
    else if (status >= 500) held.push({ lines, status, reason, isSuspect: !isAwayStatus(status) });
    else if (status === 429 || status === 0) again.push(lines);
    else dead.push({ lines, status, reason });
  }
  return { present, again: pieceOf(again), held, dead };
}

/** With these nodes, and what stands before them, say that they cannot answer at the moment. */
export function isAwayStatus(status: number): boolean {
  return status >= 502 && status <= 504;
}

/** The lines of documents as one piece; undefined when there are none. */
export function pieceOf(documents: readonly Buffer[]): BulkPiece | undefined {
  return documents.length === 0 ? undefined : { body: Buffer.concat(documents), count: documents.length };
}
