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
import { valueTicks } from "../charts/scale.js";
import { formatTicks, formatValue } from "../format/unit.js";
import { cellColour, heatColours } from "./colours.js";
import type { HeatmapData } from "./data.js";
import { logTicks } from "./rows.js";

/** Pixels of the axis for one tick. */
const TICK_SPACE = 24;

/** Builds uPlot's options: it brings axes, cursor and zoom; the cells are drawn by a hook. `current` is asked at drawing time. */
export function heatmapOptions(
  size: { width: number; height: number },
  current: () => HeatmapData,
  markers: () => readonly Marker[],
  events: ChartEvents,
): uPlot.Options {
  const colours = heatColours();
  return {
    ...size,
    padding: [8, RIGHT_PX, 0, 0],
    legend: { show: false },
    scales: {
      x: { time: false, range: () => [current().answer.from, current().answer.to] },
      y: { range: () => [current().layout.min, current().layout.max] },
    },
    axes: [
      { ...timeAxis(), grid: { show: false } },
      {
        ...axisStyle(),
        grid: { show: false },
        size: (plot, labels) => axisWidth(plot, labels),
        splits: (plot, _axis, min, max) => valueSplits(current(), min, max, plot.bbox.height / devicePixelRatio),
        values: (_plot, ticks) => splitLabels(current(), ticks),
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
export function heatmapColumns({ answer }: HeatmapData): uPlot.AlignedData {
  return [answer.points.map(([time]) => time + answer.step / 2), answer.points.map(() => null)];
}

function valueSplits({ answer, layout }: HeatmapData, min: number, max: number, height: number): number[] {
  const count = Math.max(2, Math.floor(height / TICK_SPACE));
  if (layout.scale === "linear") return valueTicks(min, max, count, answer.unit);
  const positive = answer.buckets.findIndex(({ low }) => low > 0);
  const lowest = 2 ** (layout.rows[positive]?.bottom ?? min);
  const ticks = logTicks(lowest, 2 ** max, count).map(layout.toAxis);
  return positive > 0 ? [layout.toAxis(0), ...ticks] : ticks;
}

function splitLabels({ answer, layout }: HeatmapData, ticks: readonly number[]): string[] {
  if (layout.scale === "linear") return formatTicks(ticks, answer.unit);
  return ticks.map((tick) => formatValue(Number(layout.toValue(tick).toPrecision(6)), answer.unit));
}

function drawCells(plot: uPlot, { answer, layout, largest }: HeatmapData, colours: readonly string[]): void {
  const { ctx, bbox } = plot;
  const left = bbox.left;
  const right = bbox.left + bbox.width;
  const edges = layout.rows.map(({ bottom, top }) => [plot.valToPos(top, "y", true), plot.valToPos(bottom, "y", true)]);
  // A line of the surface between cells, where they are large enough to spare it.
  const gap = bbox.width / Math.max(1, answer.points.length) >= 6 * devicePixelRatio ? devicePixelRatio : 0;
  ctx.save();
  for (const [time, counts] of answer.points) {
    if (counts === null) continue;
    const from = Math.max(left, Math.round(plot.valToPos(time, "x", true)));
    const to = Math.min(right, Math.round(plot.valToPos(time + answer.step, "x", true)));
    if (to <= from) continue;
    counts.forEach((count, row) => {
      if (count === 0) return;
      const [top, bottom] = edges[row] as [number, number];
      const y = Math.round(top);
      ctx.fillStyle = cellColour(colours, count, largest);
      ctx.fillRect(from, y, Math.max(1, to - from - gap), Math.max(1, Math.round(bottom) - y - gap));
    });
  }
  ctx.restore();
}
