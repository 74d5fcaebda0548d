import { useResource } from "../api/useResource.js";
import { formatValue } from "../format/unit.js";
import type { Scope } from "../panels/load.js";
import { PanelError } from "../panels/Panel.js";
import { ShareBar } from "../table/ShareBar.js";
import { SortedTable } from "../table/SortedTable.js";
import type { Column } from "../table/sorting.js";
import { loadBreakdown, summarizeSpans } from "./breakdown.js";

type Key = "label" | "perTransaction" | "meanUs" | "share";

const COLUMNS: readonly Column<Key>[] = [
  { key: "label", name: "Span type", title: "Sort by span type" },
  { key: "perTransaction", name: "Per transaction", title: "Sort by spans in one transaction", numeric: true },
  { key: "meanUs", name: "Mean self time", title: "Sort by mean self time", numeric: true },
  { key: "share", name: "Share of time", title: "Sort by share of the transaction's time" },
];

export interface SpanTableProps {
  scope: Scope;
  transaction: string;
  tick: number;
}

/** What one run of a transaction does: how many spans of each type, how long each takes, and its share of the time. */
export function SpanTable({ scope, transaction, tick }: SpanTableProps) {
  const { data, error, retry } = useResource(JSON.stringify(["spans", scope, transaction]), tick, async (signal) =>
    summarizeSpans(await loadBreakdown(scope, transaction, signal)),
  );
  if (data === undefined && error) return <PanelError error={error} onRetry={retry} />;
  if (data === undefined || data.length === 0) return null;
  return (
    <SortedTable
      label="Table of span types"
      testId="spans"
      columns={COLUMNS}
      rows={data}
      first={{ key: "share", descending: true }}
      value={(row, key) => row[key]}
    >
      {(row) => (
        <tr key={row.label}>
          <th scope="row" title={row.label}>
            {row.label}
          </th>
          <td class="number">{formatValue(row.perTransaction, null)}</td>
          <td class="number">{formatValue(row.meanUs, "us")}</td>
          <td>
            <ShareBar share={row.share} />
          </td>
        </tr>
      )}
    </SortedTable>
  );
}
