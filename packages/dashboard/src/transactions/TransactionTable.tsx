import { formatValue } from "../format/unit.js";
import { ShareBar } from "../table/ShareBar.js";
import { SortedTable } from "../table/SortedTable.js";
import type { Column } from "../table/sorting.js";
import type { TransactionSummary } from "./summary.js";

type Key = "name" | "rate" | "meanUs" | "p95Us" | "errors" | "share";

const COLUMNS: readonly Column<Key>[] = [
  { key: "name", name: "Transaction", title: "Sort by name" },
  { key: "rate", name: "Rate", title: "Sort by transactions a second", numeric: true },
  { key: "meanUs", name: "Mean", title: "Sort by mean duration", numeric: true },
  { key: "p95Us", name: "p95", title: "Sort by 95th percentile", numeric: true },
  { key: "errors", name: "Errors", title: "Sort by share of failures", numeric: true },
  { key: "share", name: "Share of time", title: "Sort by share of total time" },
];

export interface TransactionTableProps {
  rows: readonly TransactionSummary[];
  /** The chosen transaction's name. */
  chosen: string | undefined;
  onChoose(name: string | undefined): void;
}

/** What follows on the page is not pushed out of reach by hundreds of routes. */
const FIRST_ROWS = { count: 15, noun: "transactions" };

function isChosen(row: TransactionSummary, chosen: string | undefined): boolean {
  return row.name === chosen && !row.rest;
}

/** All transactions of the time range; choosing one narrows the panels above to it. */
export function TransactionTable({ rows, chosen, onChoose }: TransactionTableProps) {
  return (
    <SortedTable
      label="Table of transactions"
      testId="transactions"
      columns={COLUMNS}
      rows={rows}
      first={{ key: "share", descending: true }}
      firstRows={FIRST_ROWS}
      isKept={(row) => isChosen(row, chosen)}
      value={(row, key) => row[key]}
    >
      {(row) => (
        <tr key={`${row.type} ${row.name}`} class={isChosen(row, chosen) ? "row-chosen" : undefined}>
          <th scope="row">
            {row.rest ? (
              <span class="muted">other</span>
            ) : (
              <>
                <button
                  type="button"
                  class="link-button"
                  title={row.name}
                  aria-pressed={row.name === chosen}
                  onClick={() => onChoose(row.name === chosen ? undefined : row.name)}
                >
                  {row.name === "" ? "(unnamed)" : row.name}
                </button>
                <span class="tag">{row.type}</span>
              </>
            )}
          </th>
          <td class="number">{formatValue(row.rate, "/s")}</td>
          <td class="number">{formatValue(row.meanUs, "us")}</td>
          <td class="number">{formatValue(row.p95Us, "us")}</td>
          <td class={(row.errors ?? 0) > 0 ? "number text-bad" : "number"}>{formatValue(row.errors, "percent")}</td>
          <td>
            <ShareBar share={row.share} />
          </td>
        </tr>
      )}
    </SortedTable>
  );
}
