import { formatDateTime } from "../format/time.js";
import { formatValue } from "../format/unit.js";
import type { ChartData } from "./data.js";

/** What scrolls must be reachable by keyboard. */
const FOCUSABLE = { tabIndex: 0 } as const;

/** The chart's values as a table, newest first, for reading, copying and screen readers. */
export function ValueTable({ data, caption }: { data: ChartData; caption: string }) {
  const rows = data.times
    .map((time, index) => ({ time, index }))
    .filter(({ index }) => data.series.some((series) => series.values[index] !== null))
    .reverse();
  return (
    <section class="value-table" {...FOCUSABLE} aria-label={`${caption}: values`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {data.series.map((series) => (
              <th scope="col" key={series.id}>
                {series.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ time, index }) => (
            <tr key={time}>
              <th scope="row">{formatDateTime(time)}</th>
              {data.series.map((series) => (
                <td key={series.id}>{formatValue(series.values[index], data.unit)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
