import { useResource } from "../api/useResource.js";
import { formatValue } from "../format/unit.js";
import type { Scope } from "../panels/load.js";
import { ShareBar } from "../table/ShareBar.js";
import { TableScroll } from "../table/TableScroll.js";
import { loadBreakdown, summarizeSpans } from "./breakdown.js";

export interface SpanTableProps {
  scope: Scope;
  transaction: string;
  tick: number;
}

/** What one run of a transaction does: how many spans of each type, how long each takes, and its share of the time. */
export function SpanTable({ scope, transaction, tick }: SpanTableProps) {
  const { data } = useResource(JSON.stringify(["spans", scope, transaction]), tick, async (signal) =>
    summarizeSpans(await loadBreakdown(scope, transaction, signal)),
  );
  if (data === undefined || data.length === 0) return null;
  return (
    <TableScroll label="Table of span types" testId="spans">
      <table>
        <thead>
          <tr>
            {["Span type", "Per transaction", "Mean self time", "Share of time"].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.map((row) => (
            <tr key={row.label}>
              <th scope="row">{row.label}</th>
              <td>{formatValue(row.perTransaction, null)}</td>
              <td>{formatValue(row.meanUs, "us")}</td>
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
