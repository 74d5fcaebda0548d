import type { BreakdownRow } from "../messages.js";

/** The transaction that takes the place of those with little time, as agents call theirs past their own limit (BD-48). */
const OTHER = "_other";

/** What tells the rows of a breakdown apart, in this order. */
export const DIMENSIONS = ["transaction.name", "transaction.type", "span.type", "span.subtype"] as const;

type Labels = Readonly<Record<string, string>>;

/** A row while it fills. */
export type OpenRow = { -readonly [K in keyof BreakdownRow]: BreakdownRow[K] };

/** The rows of a breakdown: one for each span type of a transaction. Transactions that are not kept are joined, each span type by itself, so its sums stay exact. */
export class BreakdownRows {
  readonly #rows = new Map<string, OpenRow>();
  readonly #steps: number;
  readonly #kept: ReadonlySet<string> | undefined;

  /** `kept` names the transactions with rows of their own; undefined: all. */
  constructor(steps: number, kept: ReadonlySet<string> | undefined) {
    this.#steps = steps;
    this.#kept = kept;
  }

  /** The row of a group of series. */
  of(labels: Labels): OpenRow {
    const [name, transactionType, spanType, spanSubtype] = DIMENSIONS.map((dimension) => labels[dimension] ?? "") as [
      string,
      string,
      string,
      string,
    ];
    const transactionName = this.#kept === undefined || this.#kept.has(transactionKey(labels)) ? name : OTHER;
    const key = JSON.stringify([transactionName, transactionType, spanType, spanSubtype]);
    let row = this.#rows.get(key);
    if (row === undefined) {
      const values = new Float64Array(this.#steps).fill(Number.NaN);
      row = { transactionName, transactionType, spanType, spanSubtype, count: 0, sumUs: 0, values };
      this.#rows.set(key, row);
    }
    return row;
  }

  list(): BreakdownRow[] {
    return [...this.#rows.values()];
  }
}

/**
 * Which transactions keep rows of their own when there may be so many rows in all: those with most time, as long as there is room for the span types of
 * the others. Undefined if there is no room for these. `totals` goes by the index of a group.
 */
export function keptTransactions(
  groups: readonly Labels[],
  totals: ReadonlyMap<number, number>,
  maxRows: number,
): Set<string> | undefined {
  const transactions = new Map<string, { sumUs: number; rows: number }>();
  const joined = new Set<string>();
  for (const [group, labels] of groups.entries()) {
    const key = transactionKey(labels);
    const known = transactions.get(key) ?? { sumUs: 0, rows: 0 };
    transactions.set(key, { sumUs: known.sumUs + (totals.get(group) ?? 0), rows: known.rows + 1 });
    joined.add(JSON.stringify(DIMENSIONS.slice(1).map((dimension) => labels[dimension] ?? "")));
  }
  let room = maxRows - joined.size;
  if (room < 0) return undefined;
  const kept = new Set<string>();
  for (const [key, { rows }] of [...transactions].sort((a, b) => b[1].sumUs - a[1].sumUs)) {
    room -= rows;
    if (room < 0) break;
    kept.add(key);
  }
  return kept;
}

function transactionKey(labels: Labels): string {
  return JSON.stringify([labels["transaction.name"] ?? "", labels["transaction.type"] ?? ""]);
}
