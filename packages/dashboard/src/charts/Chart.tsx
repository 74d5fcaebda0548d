import { useRef } from "preact/hooks";
import { useTheme } from "../theme/useTheme.js";
import { type ChartData, lastPoint } from "./data.js";
import { type ChartEvents, type Marker, moveCursor } from "./frame.js";
import { chartOptions } from "./options.js";
import { plotData } from "./plotData.js";
import uPlot from "./uplot.js";
import { FOCUSABLE, NO_MARKERS, usePlot } from "./usePlot.js";

export interface ChartProps extends ChartEvents {
  data: ChartData;
  /** Ids of series that are not drawn. */
  hidden: ReadonlySet<string>;
  stacked?: boolean;
  height?: number;
  markers?: readonly Marker[];
  /** Says what the chart shows, for those who do not see it. */
  label: string;
}

/** A time series chart on a canvas: drag to zoom, double click to go back, arrow keys to move the cursor. */
export function Chart({
  data,
  hidden,
  stacked = false,
  height = 176,
  markers = NO_MARKERS,
  label,
  ...events
}: ChartProps) {
  const theme = useTheme();
  const current = useRef(data);
  current.current = data;
  const listeners = useRef<ChartEvents>(events);
  listeners.current = events;

  const marks = useRef(markers);
  marks.current = markers;

  const shown = data.series
    .map((series, colour) => ({ series, colour }))
    .filter(({ series }) => !hidden.has(series.id));
  const columns = plotData(
    data,
    shown.map(({ series }) => series),
    stacked,
  );
  // A chart is built anew only when what it is made of changes; new values go into the present one.
  const structure = JSON.stringify([
    theme,
    stacked,
    height,
    shown.map(({ series, colour }) => [series.id, series.style, colour]),
  ]);

  const { host, plot } = usePlot({
    structure: [structure],
    height,
    data,
    columns: () => columns,
    markers,
    make: (element, width) =>
      new uPlot(
        chartOptions(
          { width, height, stacked, shown: stacked ? [...shown].reverse() : shown },
          () => current.current,
          () => marks.current,
          {
            onZoom: (from, to) => listeners.current.onZoom(from, to),
            onReset: () => listeners.current.onReset(),
            onCursor: (index) => listeners.current.onCursor(index),
          },
        ),
        columns,
        element,
      ),
  });

  const last = lastPoint(data);
  return (
    <div
      ref={host}
      class="chart"
      role="img"
      aria-label={label}
      {...FOCUSABLE}
      data-last={last === null ? "" : `${last.timeMs} ${last.value}`}
      data-from={data.fromMs}
      data-to={data.toMs}
      data-series={shown.length}
      data-markers={markers.length}
      onKeyDown={(event) => {
        if (plot.current && moveCursor(plot.current, event.key, listeners.current)) event.preventDefault();
      }}
    />
  );
}
