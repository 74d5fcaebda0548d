import type { Marker } from "../charts/frame.js";
import { PanelEmpty, PanelLoading } from "../panels/Panel.js";
import { LATER_FAILED, useLater } from "../panels/useLater.js";
import type { TimeRange } from "../time/range.js";
import { zoomOut, zoomTo } from "../time/useRange.js";
import type { HeatmapData } from "./data.js";

export interface HeatmapProps {
  data: HeatmapData;
  range: TimeRange;
  height: number;
  title: string;
  markers?: readonly Marker[] | undefined;
}

/** The chart's code comes when a heat map is first opened: most visits need none. */
const loadChart = () => import("./HeatmapChart.js").then(({ HeatmapChart }) => HeatmapChart);

/** A heat map, or why there is none. */
export function Heatmap({ data, range, height, title, markers }: HeatmapProps) {
  const { value: Chart, failed } = useLater(loadChart);
  if (failed) return <p role="alert">{LATER_FAILED}</p>;
  if (data.total === 0) {
    return (
      <PanelEmpty>
        {data.answer.points.some(([, counts]) => counts !== null)
          ? "Nothing was observed in this time range."
          : "No data in this time range with these filters."}
      </PanelEmpty>
    );
  }
  if (Chart === undefined) return <PanelLoading />;
  return (
    <Chart
      data={data}
      height={height}
      label={`${title} as a heat map: ${data.total} observations in ${data.answer.buckets.length} buckets.`}
      {...(markers ? { markers } : {})}
      onZoom={(from, to) => zoomTo(range, from, to)}
      onReset={zoomOut}
    />
  );
}
