import { setTimeout as sleep } from "node:timers/promises";
import { BULK_PATH, type BulkItem, type DeadItem, judgeBulk } from "./bulk.js";
import { NodesUnavailable, type SearchNodes } from "./search-nodes.js";

/** A bulk request is sent when its body reaches this size (as SRV-81), or when this time has passed since its first item. */
const FLUSH_BYTES = 1024 * 1024;
const FLUSH_MS = 25;
/** Bulk requests under way at once. */
const MAX_REQUESTS = 4;
/** An agent waits 5 s for its answer: what no node takes within this time goes to disk. */
const PATIENCE_MS = 2_500;
const FIRST_PAUSE_MS = 100;

/** What became of the items of one batch. */
export interface Written {
  /** How many were there already. */
  readonly present: number;
  /** Not taken by any node in time; to be kept and sent again. */
  readonly again: BulkItem[];
  readonly dead: DeadItem[];
}

interface Waiting {
  readonly item: BulkItem;
  readonly batch: Pending;
}

/** The items of one batch on their way. */
interface Pending {
  left: number;
  present: number;
  readonly again: BulkItem[];
  readonly dead: DeadItem[];
  readonly settle: (written: Written) => void;
}

/** Gathers the items of many batches into bulk requests. Items that are not taken are sent again alone, with growing pauses, as long as an agent can wait. */
export class BulkWriter {
  readonly #nodes: SearchNodes;
  /** Says that nodes answer, or the last problem when they do not. */
  readonly #report: (problem: string | undefined) => void;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #requests = 0;

  readonly #patienceMs: number;

  constructor(nodes: SearchNodes, report: (problem: string | undefined) => void, patienceMs: number = PATIENCE_MS) {
    this.#nodes = nodes;
    this.#report = report;
    this.#patienceMs = patienceMs;
  }

  /** Resolves when every item is taken, dead, or was given up for now; never rejects. */
  write(items: readonly BulkItem[]): Promise<Written> {
    return new Promise((settle) => {
      const batch: Pending = { left: items.length, present: 0, again: [], dead: [], settle };
      if (items.length === 0) return settle(batch);
      for (const item of items) {
        this.#waiting.push({ item, batch });
        this.#waitingBytes += item.lines.length;
      }
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#waiting.length === 0 || this.#requests >= MAX_REQUESTS) return;
    if (this.#waitingBytes >= FLUSH_BYTES) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0 || this.#requests >= MAX_REQUESTS) return;
    let bytes = 0;
    let count = 0;
    while (count < this.#waiting.length && bytes < FLUSH_BYTES) {
      bytes += (this.#waiting[count] as Waiting).item.lines.length;
      count++;
    }
    const group = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    this.#waitingBytes -= bytes;
    this.#requests++;
    void this.#send(group).finally(() => {
      this.#requests--;
      this.#schedule();
    });
    this.#schedule();
  }

  async #send(group: readonly Waiting[]): Promise<void> {
    const deadline = Date.now() + this.#patienceMs;
    let left = group;
    for (let pause = FIRST_PAUSE_MS; left.length > 0; pause *= 2) {
      left = await this.#attempt(left);
      if (left.length === 0 || Date.now() + pause > deadline) break;
      await sleep(pause);
    }
    for (const { item, batch } of left) {
      batch.again.push(item);
      settleItem(batch);
    }
  }

  /** Sends once; gives back what is to be sent again. */
  async #attempt(group: readonly Waiting[]): Promise<readonly Waiting[]> {
    const outcome = await sendBulk(
      this.#nodes,
      group.map(({ item }) => item),
    );
    this.#report(outcome.problem);
    const again = new Set(outcome.again);
    const present = new Set(outcome.present);
    const dead = new Map(outcome.dead.map((entry) => [entry.item, entry]));
    return group.filter(({ item, batch }) => {
      if (again.has(item)) return true;
      const entry = dead.get(item);
      if (entry !== undefined) batch.dead.push(entry);
      if (present.has(item)) batch.present++;
      settleItem(batch);
      return false;
    });
  }
}

function settleItem(batch: Pending): void {
  batch.left--;
  if (batch.left === 0) batch.settle(batch);
}

/** What came of one bulk request; `problem` says what kept items from being taken. */
export interface SentBulk {
  readonly present: readonly BulkItem[];
  readonly again: readonly BulkItem[];
  readonly dead: readonly DeadItem[];
  readonly problem: string | undefined;
}

/** Sends one bulk request. Never rejects: what went wrong is in `problem`. */
export async function sendBulk(nodes: SearchNodes, items: readonly BulkItem[]): Promise<SentBulk> {
  const failed = (problem: string): SentBulk => ({ present: [], again: items, dead: [], problem });
  try {
    const body = Buffer.concat(items.map(({ lines }) => lines));
    const { status, text } = await nodes.ask("POST", BULK_PATH, body, "application/x-ndjson");
    if (status === 413 || status === 400) return await isolate(nodes, items, status, text);
    if (status !== 200) return failed(`HTTP ${status} ${text.slice(0, 200)}`);
    const { present, again, dead } = judgeBulk(items, text);
    return {
      present,
      again,
      dead,
      problem: again.length > 0 ? `${again.length} of ${items.length} documents put off` : undefined,
    };
  } catch (error) {
    if (error instanceof NodesUnavailable) return failed(error.message);
    return failed(`the search node's answer was not understood: ${(error as Error).message}`);
  }
}

/** A body that is too large, or in which one item is not understood, passes in parts but for the item that is to blame. */
async function isolate(
  nodes: SearchNodes,
  items: readonly BulkItem[],
  status: number,
  text: string,
): Promise<SentBulk> {
  const [item] = items;
  if (items.length === 1 && item !== undefined) {
    return { present: [], again: [], dead: [{ item, status, reason: text.slice(0, 200) }], problem: undefined };
  }
  const middle = items.length >>> 1;
  const first = await sendBulk(nodes, items.slice(0, middle));
  const second = await sendBulk(nodes, items.slice(middle));
  return {
    present: [...first.present, ...second.present],
    again: [...first.again, ...second.again],
    dead: [...first.dead, ...second.dead],
    problem: first.problem ?? second.problem,
  };
}
