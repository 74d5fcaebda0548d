import type uPlot from "uplot";
import {
  axisStyle,
  axisWidth,
  type ChartEvents,
  drawMarkers,
  type Marker,
  RIGHT_PX,
  timeAxis,
  timeCursor,
  timeHooks,
} from "../charts/frame.js";
import { colourAt, heatColours } from "./colours.js";
import type { HeatGrid } from "./grid.js";

/** Pixels of the axis for one tick. */
const TICK_SPACE = 24;

/** Builds uPlot's options: it brings axes, cursor and zoom; the cells are drawn by a hook. `current` is asked at drawing time. */
export function heatmapOptions(
  size: { width: number; height: number },
  current: () => HeatGrid,
  markers: () => readonly Marker[],
  events: ChartEvents,
): uPlot.Options {
  const colours = heatColours();
  return {
    ...size,
    padding: [8, RIGHT_PX, 0, 0],
    legend: { show: false },
    scales: {
      x: { time: false, range: () => [current().fromMs, current().toMs] },
      y: { range: () => [current().min, current().max] },
    },
    axes: [
      { ...timeAxis(), grid: { show: false } },
      {
        ...axisStyle(),
        grid: { show: false },
        size: (plot, labels) => axisWidth(plot, labels),
        splits: (plot) => current().ticks(Math.max(2, Math.floor(plot.bbox.height / devicePixelRatio / TICK_SPACE))),
        values: (plot, ticks) => current().tickLabels(ticks, plot.width),
      },
    ],
    cursor: { ...timeCursor(events), points: { show: false } },
    // uPlot draws nothing of its own: the one series only tells it where the steps are.
    series: [{}, { paths: () => null, points: { show: false } }],
    hooks: {
      drawAxes: [
        (plot) => {
          drawCells(plot, current(), colours);
          drawMarkers(plot, markers());
        },
      ],
      ...timeHooks(events),
    },
  };
}

/** The columns uPlot wants: the middles of the steps, so that the cursor's step is the one it stands in. */
export function heatmapColumns({ columns, stepMs }: HeatGrid): uPlot.AlignedData {
  return [columns.map(([time]) => time + stepMs / 2), columns.map(() => null)];
}

function drawCells(plot: uPlot, grid: HeatGrid, colours: readonly string[]): void {
  const { ctx, bbox } = plot;
  const left = bbox.left;
  const right = bbox.left + bbox.width;
  const edges = grid.rows.map(({ bottom, top }) => [plot.valToPos(top, "y", true), plot.valToPos(bottom, "y", true)]);
  // A line of the surface between cells, where they are large enough to spare it.
  const gap = bbox.width / Math.max(1, grid.columns.length) >= 6 * devicePixelRatio ? devicePixelRatio : 0;
  // Rows with names are told apart always.
  const rowGap = grid.scale === "names" ? 2 * devicePixelRatio : gap;
  ctx.save();
  for (const [time, values] of grid.columns) {
    if (values === null) continue;
    const from = Math.max(left, Math.round(plot.valToPos(time, "x", true)));
    const to = Math.min(right, Math.round(plot.valToPos(time + grid.stepMs, "x", true)));
    if (to <= from) continue;
    values.forEach((value, row) => {
      const place = value === null ? null : grid.heat(value);
      if (place === null) return;
      const [top, bottom] = edges[row] as [number, number];
      const y = Math.round(top);
      ctx.fillStyle = colourAt(colours, place);
      ctx.fillRect(from, y, Math.max(1, to - from - gap), Math.max(1, Math.round(bottom) - y - rowGap));
    });
  }
  ctx.restore();
}
