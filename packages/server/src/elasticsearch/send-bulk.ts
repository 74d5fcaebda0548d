import { type BulkPiece, type DeadDocument, firstPiece, judgeBulk, type PieceOutcome } from "./bulk.js";
import { type NodeAnswer, NodesUnavailable } from "./search-nodes.js";
import { TargetRefused } from "./target.js";

/** Sends the body of a bulk request. Rejects with `NodesUnavailable` or `TargetRefused`. */
export type Bulk = (body: Buffer) => Promise<NodeAnswer>;

/** What came of one bulk request. */
export interface SentBulk {
  /** By piece, in their order. */
  readonly outcomes: readonly PieceOutcome[];
  /** What kept documents from being taken; undefined when nothing did. */
  readonly problem: string | undefined;
  /** The node found the whole request too much at this moment (429): a smaller one may pass. */
  readonly isTooMuch: boolean;
}

/** Sends pieces as one bulk request. Never rejects: what went wrong is in `problem`, and all documents are to be sent again. */
export async function sendBulk(bulk: Bulk, pieces: readonly BulkPiece[]): Promise<SentBulk> {
  try {
    const { status, text } = await bulk(Buffer.concat(pieces.map(({ body }) => body)));
    if (status === 413 || status === 400) return await isolate(bulk, pieces, status, text);
    if (status !== 200) return failed(pieces, `HTTP ${status} ${text.slice(0, 200)}`, status === 429);
    const outcomes = judgeBulk(pieces, text);
    const putOff = outcomes.reduce((sum, { again }) => sum + (again?.count ?? 0), 0);
    return {
      outcomes,
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
  return { outcomes: pieces.map((again) => ({ present: 0, again, dead: [] })), problem, isTooMuch };
}

/** A body that is too large, or in which one document is not understood, passes in parts but for the document that is to blame. */
async function isolate(bulk: Bulk, pieces: readonly BulkPiece[], status: number, text: string): Promise<SentBulk> {
  if (pieces.length > 1) {
    const middle = pieces.length >>> 1;
    const first = await sendBulk(bulk, pieces.slice(0, middle));
    const second = await sendBulk(bulk, pieces.slice(middle));
    return {
      outcomes: [...first.outcomes, ...second.outcomes],
      problem: first.problem ?? second.problem,
      isTooMuch: first.isTooMuch || second.isTooMuch,
    };
  }
  const [{ body, count }] = pieces as [BulkPiece];
  if (count === 1) {
    const dead: DeadDocument = { lines: body, status, reason: text.slice(0, 200) };
    return { outcomes: [{ present: 0, again: undefined, dead: [dead] }], problem: undefined, isTooMuch: false };
  }
  const half = firstPiece(body, body.length >>> 1) as BulkPiece;
  const rest = { body: body.subarray(half.body.length), count: count - half.count };
  const sent = await isolate(bulk, [half, rest], status, text);
  return { ...sent, outcomes: [joined(sent.outcomes)] };
}

function joined(outcomes: readonly PieceOutcome[]): PieceOutcome {
  const again = outcomes.flatMap((outcome) => outcome.again ?? []);
  return {
    present: outcomes.reduce((sum, { present }) => sum + present, 0),
    again:
      again.length === 0
        ? undefined
        : {
            body: Buffer.concat(again.map(({ body }) => body)),
            count: again.reduce((sum, { count }) => sum + count, 0),
          },
    dead: outcomes.flatMap(({ dead }) => dead),
  };
}
