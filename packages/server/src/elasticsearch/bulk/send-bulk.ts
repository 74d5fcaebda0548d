import {
  type BulkPiece,
  firstPiece,
  type HeldDocument,
  judgeBulk,
  type PieceOutcome,
  pieceOf,
  type RefusedDocument,
} from "./bulk.js";
import { type NodeAnswer, NodesUnavailable } from "./search-nodes.js";
import { TargetRefused } from "./target.js";

/** Sends the body of a bulk request. Rejects with `NodesUnavailable` or `TargetRefused`. */
export type Bulk = (body: Buffer) => Promise<NodeAnswer>;

/** What came of one bulk request. */
export interface SentBulk {
  /** By piece, in their order. */
  readonly outcomes: readonly PieceOutcome[];
  /** How many documents are there now. */
  readonly taken: number;
  /** What kept documents from being taken that are to be sent again soon; undefined when nothing did. */
  readonly problem: string | undefined;
  /** The node found the whole request too much at this moment (429): a smaller one may pass. */
  readonly isTooMuch: boolean;
}

/** The request of a single document that was not understood: only others that are taken tell whether it is to blame. */
const NOT_UNDERSTOOD = 400;

/** Sends pieces as one bulk request. Never rejects: what went wrong is in `problem`, and all documents are to be sent again. */
export async function sendBulk(bulk: Bulk, pieces: readonly BulkPiece[]): Promise<SentBulk> {
  const answered: { wasRead: boolean } = { wasRead: false };
  const sent = await sendParts(bulk, pieces, answered);
  return answered.wasRead ? sent : { ...sent, outcomes: sent.outcomes.map(doubted) };
}

/** `answered` learns whether any part of the request was answered document by document. */
async function sendParts(bulk: Bulk, pieces: readonly BulkPiece[], answered: { wasRead: boolean }): Promise<SentBulk> {
  try {
    const { status, text } = await bulk(Buffer.concat(pieces.map(({ body }) => body)));
    if (status === 413 || (status === NOT_UNDERSTOOD && isOfSearchNode(text)))
      return await isolate(bulk, pieces, { status, text, answered });
    if (status !== 200) return failed(pieces, `HTTP ${status} ${text.slice(0, 200)}`, status === 429);
    const outcomes = judgeBulk(pieces, text);
    answered.wasRead = true;
    const putOff = outcomes.reduce((sum, { again }) => sum + (again?.count ?? 0), 0);
    const refused = outcomes.reduce((sum, { held, dead }) => sum + held.length + dead.length, putOff);
    return {
      outcomes,
      taken: pieces.reduce((sum, { count }) => sum + count, 0) - refused,
      problem: putOff > 0 ? `${putOff} documents were put off by the node` : undefined,
      isTooMuch: false,
    };
  } catch (error) {
    const message = (error as Error).message;
    const isKnown = error instanceof NodesUnavailable || error instanceof TargetRefused;
    return failed(pieces, isKnown ? message : `the search node's answer was not understood: ${message}`, false);
  }
}

function failed(pieces: readonly BulkPiece[], problem: string, isTooMuch: boolean): SentBulk {
  const outcomes = pieces.map((again) => ({ present: 0, again, held: [], dead: [] }));
  return { outcomes, taken: 0, problem, isTooMuch };
}

/** A proxy that does not know what to do with the request says so in its own words: that is no reason to look for a document to blame. */
function isOfSearchNode(text: string): boolean {
  try {
    return (JSON.parse(text) as { error?: unknown } | null)?.error !== undefined;
  } catch {
    return false;
  }
}

/** A body that is too large, or in which one document is not understood, passes in parts but for the document that is to blame. */
async function isolate(
  bulk: Bulk,
  pieces: readonly BulkPiece[],
  refusal: { status: number; text: string; answered: { wasRead: boolean } },
): Promise<SentBulk> {
  if (pieces.length > 1) {
    const middle = pieces.length >>> 1;
    const first = await sendParts(bulk, pieces.slice(0, middle), refusal.answered);
    const second = await sendParts(bulk, pieces.slice(middle), refusal.answered);
    return {
      outcomes: [...first.outcomes, ...second.outcomes],
      taken: first.taken + second.taken,
      problem: first.problem ?? second.problem,
      isTooMuch: first.isTooMuch || second.isTooMuch,
    };
  }
  const [{ body, count }] = pieces as [BulkPiece];
  if (count === 1) {
    const dead: RefusedDocument = { lines: body, status: refusal.status, reason: refusal.text.slice(0, 200) };
    const outcome: PieceOutcome = { present: 0, again: undefined, held: [], dead: [dead] };
    return { outcomes: [outcome], taken: 0, problem: undefined, isTooMuch: false };
  }
  const half = firstPiece(body, body.length >>> 1) as BulkPiece;
  const rest = { body: body.subarray(half.body.length), count: count - half.count };
  const sent = await isolate(bulk, [half, rest], refusal);
  return { ...sent, outcomes: [joined(sent.outcomes)] };
}

function joined(outcomes: readonly PieceOutcome[]): PieceOutcome {
  const again = outcomes.flatMap((outcome) => outcome.again ?? []);
  const body = pieceOf(again.map((piece) => piece.body))?.body;
  return {
    present: outcomes.reduce((sum, { present }) => sum + present, 0),
    again: body && { body, count: again.reduce((sum, { count }) => sum + count, 0) },
    held: outcomes.flatMap(({ held }) => held),
    dead: outcomes.flatMap(({ dead }) => dead),
  };
}

/** Where no document was understood, it may well be that nothing is wrong with any of them. */
function doubted({ dead, ...outcome }: PieceOutcome): PieceOutcome {
  const isDoubtful = ({ status }: RefusedDocument): boolean => status === NOT_UNDERSTOOD;
  const held: HeldDocument[] = dead.filter(isDoubtful).map((document) => ({ ...document, isSuspect: true }));
  return { ...outcome, held, dead: dead.filter((document) => !isDoubtful(document)) };
}
