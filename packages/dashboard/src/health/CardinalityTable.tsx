import { useResource } from "../api/useResource.js";
import { formatValue } from "../format/unit.js";
import { PanelEmpty, PanelError, PanelLoading } from "../panels/Panel.js";
import { linkTo } from "../route/location.js";
import { useLocation } from "../route/useLocation.js";
import { SortedTable } from "../table/SortedTable.js";
import type { Column } from "../table/sorting.js";
import { type Cardinality, loadCardinality } from "./cardinality.js";

type Key = "name" | "series" | "label" | "values";

const COLUMNS: readonly Column<Key>[] = [
  { key: "name", name: "Metric", title: "Sort by name" },
  { key: "series", name: "Series", title: "Sort by number of series", numeric: true },
  { key: "label", name: "Label with the most values", title: "Sort by label" },
  { key: "values", name: "Values", title: "Sort by number of values", numeric: true },
];

/** Which metrics have the most series, and which of their labels makes them: where a limit was met, or will be first. */
export function CardinalityTable({ tick }: { tick: number }) {
  const { parameters } = useLocation();
  const { data, error, retry } = useResource("cardinality", tick, loadCardinality);
  if (data === undefined || data.length === 0) {
    return (
      <div class="card">
        {data !== undefined ? (
          <PanelEmpty>No metric has been reported yet.</PanelEmpty>
        ) : error ? (
          <PanelError error={error} onRetry={retry} />
        ) : (
          <PanelLoading />
        )}
      </div>
    );
  }
  return (
    <>
      {data
        .filter(({ overflows }) => overflows)
        .map((row) => (
          <Overflow key={row.metric} row={row} />
        ))}
      <SortedTable
        label="Table of metrics with the most series"
        testId="cardinality"
        columns={COLUMNS}
        rows={data}
        first={{ key: "series", descending: true }}
        value={(row, key) => (key === "name" ? row.metric : row[key])}
      >
        {(row) => (
          <tr key={row.metric}>
            <th scope="row">
              <a
                title={row.metric}
                href={linkTo(["explore"], parameters, {
                  metric: row.metric,
                  by: row.label === null ? [] : [row.label],
                })}
              >
                {row.metric}
              </a>
              {row.overflows && <span class="tag tag-warn">limit reached</span>}
            </th>
            <td class="number">{formatValue(row.series, null)}</td>
            <td title={row.label ?? undefined}>{row.label === null ? "–" : <code>{row.label}</code>}</td>
            <td class="number">{row.label === null ? "–" : formatValue(row.values, null)}</td>
          </tr>
        )}
      </SortedTable>
    </>
  );
}

function Overflow({ row: { metric, label, values } }: { row: Cardinality }) {
  return (
    <p class="callout" data-testid="overflow">
      <strong>{metric}</strong> has reached the limit of series.
      {label !== null && (
        <>
          {" "}
          Its label <code>{label}</code> makes them, with {formatValue(values, null)} values.
        </>
      )}{" "}
      What came later is counted together, under <code>overflow</code>. Use labels with fewer values, or raise{" "}
      <code>metrics_limit</code>.
    </p>
  );
}
