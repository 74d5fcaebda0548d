import { formatValue } from "../format/unit.js";
import { type ChartData, lastValue } from "./data.js";
import { seriesToken } from "./palette.js";

export interface LegendProps {
  data: ChartData;
  hidden: ReadonlySet<string>;
  /** The step under the cursor; without one the last values are shown. */
  cursor: number | null;
  onToggle(id: string): void;
  onIsolate(id: string): void;
}

/**
 * Names and values of the series, under the chart, so that reading a value never covers the data. A click hides or
 * shows a series; Shift and click shows only it, and so does a double click, since fingers have no Shift.
 */
export function Legend({ data, hidden, cursor, onToggle, onIsolate }: LegendProps) {
  return (
    <ul class="legend">
      {data.series.map((series, index) => {
        const value = cursor === null ? lastValue(series.values) : (series.values[cursor] ?? null);
        return (
          <li key={series.id}>
            <button
              type="button"
              class="legend-item"
              aria-pressed={!hidden.has(series.id)}
              title={`${series.label}\nClick: hide or show. Double click, or Shift and click: show only this one.`}
              onClick={(event) => (event.shiftKey ? onIsolate(series.id) : onToggle(series.id))}
              onDblClick={(event) => event.shiftKey || onIsolate(series.id)}
            >
              <span
                class={series.style === "limit" ? "swatch swatch-limit" : "swatch"}
                style={{ "--colour": `var(${seriesToken(index, series)})` }}
              />
              <span class="legend-label">{series.label}</span>
              <span class="legend-value">{formatValue(value, data.unit)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
