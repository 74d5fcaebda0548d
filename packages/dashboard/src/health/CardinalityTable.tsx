import { useResource } from "../api/useResource.js";
import { formatValue } from "../format/unit.js";
import { linkTo } from "../route/location.js";
import { useLocation } from "../route/useLocation.js";
import { TableScroll } from "../table/TableScroll.js";
import { loadCardinality } from "./cardinality.js";

/** Which metrics have the most series, and which of their labels makes them: where a limit will be met first. */
export function CardinalityTable({ tick }: { tick: number }) {
  const { parameters } = useLocation();
  const { data } = useResource("cardinality", tick, loadCardinality);
  if (data === undefined || data.length === 0) return null;
  return (
    <TableScroll label="Table of metrics with the most series" testId="cardinality">
      <table>
        <thead>
          <tr>
            {["Metric", "Series", "Label with the most values", "Values"].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.map(({ metric, series, label, values }) => (
            <tr key={metric}>
              <th scope="row">
                <a href={linkTo(["explore"], parameters, { metric, by: label === null ? [] : [label] })}>{metric}</a>
              </th>
              <td>{formatValue(series, null)}</td>
              <td>{label ?? "–"}</td>
              <td>{label === null ? "–" : formatValue(values, null)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
