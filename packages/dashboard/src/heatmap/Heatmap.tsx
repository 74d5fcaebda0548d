import { useMemo } from "preact/hooks";
import type { Marker } from "../charts/frame.js";
import { formatValue } from "../format/unit.js";
import { PanelEmpty } from "../panels/Panel.js";
import type { TimeRange } from "../time/range.js";
import { zoomOut, zoomTo } from "../time/useRange.js";
import { BucketCell } from "./BucketCell.js";
import type { HeatmapData } from "./data.js";
import { bucketGrid } from "./grid.js";
import { HeatmapChart } from "./HeatmapChart.js";

export interface HeatmapProps {
  data: HeatmapData;
  range: TimeRange;
  height: number;
  title: string;
  markers?: readonly Marker[] | undefined;
}

/** A heat map, or why there is none. */
export function Heatmap({ data, range, height, title, markers }: HeatmapProps) {
  const grid = useMemo(() => bucketGrid(data), [data]);
  if (data.total === 0) {
    return (
      <PanelEmpty>
        {data.answer.points.some(([, counts]) => counts !== null)
          ? "Nothing was observed in this time range."
          : "No data in this time range with these filters."}
      </PanelEmpty>
    );
  }
  return (
    <HeatmapChart
      grid={grid}
      height={height}
      total={data.total}
      hint={`${formatValue(data.total, null)} observations. Point at a cell to read it.`}
      read={(step, row) => <BucketCell data={data} step={step} row={row} />}
      label={`${title} as a heat map: ${data.total} observations in ${data.answer.buckets.length} buckets.`}
      {...(markers ? { markers } : {})}
      onZoom={(from, to) => zoomTo(range, from, to)}
      onReset={() => zoomOut(range)}
    />
  );
}
