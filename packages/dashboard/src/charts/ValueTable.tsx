import { useState } from "preact/hooks";
import { formatDateTime } from "../format/time.js";
import { formatValue } from "../format/unit.js";
import type { ChartData } from "./data.js";

/** What scrolls must be reachable by keyboard. */
const FOCUSABLE = { tabIndex: 0 } as const;

/** Rows drawn at once: a thousand of ten cells each would cost more than the chart. */
const FIRST_ROWS = 60;

/** The chart's values as a table, newest first, for reading, copying and screen readers. */
export function ValueTable({ data, caption }: { data: ChartData; caption: string }) {
  const [all, setAll] = useState(false);
  const steps = data.times
    .map((time, index) => ({ time, index }))
    .filter(({ index }) => data.series.some((series) => series.values[index] !== null))
    .reverse();
  const rows = all ? steps : steps.slice(0, FIRST_ROWS);
  return (
    <section class="value-table" {...FOCUSABLE} aria-label={`${caption}: values`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {data.series.map((series) => (
              <th scope="col" key={series.id} title={series.label}>
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
      {rows.length < steps.length && (
        <button type="button" class="button more-rows" onClick={() => setAll(true)}>
          Show all {steps.length} rows
        </button>
      )}
    </section>
  );
}
