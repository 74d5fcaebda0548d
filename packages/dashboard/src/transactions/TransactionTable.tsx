import { useState } from "preact/hooks";
import { formatValue } from "../format/unit.js";
import { ShareBar } from "../table/ShareBar.js";
import { SortHead } from "../table/SortHead.js";
import { type Column, type Sorting, sortRows } from "../table/sorting.js";
import { TableScroll } from "../table/TableScroll.js";
import type { TransactionSummary } from "./summary.js";

type Key = "name" | "rate" | "meanUs" | "p95Us" | "errors" | "share";

const COLUMNS: readonly Column<Key>[] = [
  { key: "name", name: "Transaction", title: "Sort by name" },
  { key: "rate", name: "Rate", title: "Sort by transactions a second" },
  { key: "meanUs", name: "Mean", title: "Sort by mean duration" },
  { key: "p95Us", name: "p95", title: "Sort by 95th percentile" },
  { key: "errors", name: "Errors", title: "Sort by share of failures" },
  { key: "share", name: "Share of time", title: "Sort by share of total time" },
];

export interface TransactionTableProps {
  rows: readonly TransactionSummary[];
  /** The chosen transaction's name. */
  chosen: string | undefined;
  onChoose(name: string | undefined): void;
}

/** All transactions of the time range; choosing one narrows the panels above to it. */
export function TransactionTable({ rows, chosen, onChoose }: TransactionTableProps) {
  const [sorting, setSorting] = useState<Sorting<Key>>({ key: "share", descending: true });
  return (
    <TableScroll label="Table of transactions" testId="transactions">
      <table>
        <SortHead columns={COLUMNS} sorting={sorting} onSort={setSorting} />
        <tbody>
          {sortRows(rows, sorting, (row, key) => row[key]).map((row) => (
            <tr key={`${row.type} ${row.name}`} class={row.name === chosen ? "row-chosen" : undefined}>
              <th scope="row">
                <button
                  type="button"
                  class="link-button"
                  aria-pressed={row.name === chosen}
                  onClick={() => onChoose(row.name === chosen ? undefined : row.name)}
                >
                  {row.name === "" ? "(unnamed)" : row.name}
                </button>
                <span class="tag">{row.type}</span>
              </th>
              <td>{formatValue(row.rate, "/s")}</td>
              <td>{formatValue(row.meanUs, "us")}</td>
              <td>{formatValue(row.p95Us, "us")}</td>
              <td class={row.errors > 0 ? "text-bad" : undefined}>{formatValue(row.errors, "percent")}</td>
              <td>
                <ShareBar share={row.share} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
