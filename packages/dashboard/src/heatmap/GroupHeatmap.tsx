import { useMemo } from "preact/hooks";
import type { ChartData } from "../charts/data.js";
import { formatValue } from "../format/unit.js";
import type { TimeRange } from "../time/range.js";
import { zoomOut, zoomTo } from "../time/useRange.js";
import { groupGrid, seriesOfRow } from "./groups.js";
import { HeatmapChart } from "./HeatmapChart.js";

/** Pixels of a row, and of what is above and below all of them. */
const ROW_PX = 22;
const FRAME_PX = 32;

/** Groups as a heat map: a row each, stronger for larger values: many groups at a glance. */
export function GroupHeatmap({ data, range, label }: { data: ChartData; range: TimeRange; label: string }) {
  const grid = useMemo(() => groupGrid(data), [data]);
  return (
    <HeatmapChart
      grid={grid}
      height={FRAME_PX + Math.max(3, grid.rows.length) * ROW_PX}
      label={label}
      hint="Point at a cell to read it."
      read={(step, row) => {
        const series = row === null ? undefined : seriesOfRow(data, row);
        if (series === undefined) return null;
        return (
          <>
            <span class="heat-name" title={series.label}>
              {series.label}
            </span>
            <b>{formatValue(series.values[step], data.unit)}</b>
          </>
        );
      }}
      onZoom={(from, to) => zoomTo(range, from, to)}
      onReset={() => zoomOut(range)}
    />
  );
}
