import type uPlot from "uplot";
import { formatTicks } from "../format/unit.js";
import type { ChartData, ChartSeries } from "./data.js";
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
} from "./frame.js";
import { isolatedPoints } from "./gaps.js";
import { seriesToken, tokenColour, translucent } from "./palette.js";
import { extremes, valueRange, valueTicks } from "./scale.js";

/** What decides how a chart is drawn; sizes in CSS pixels. */
export interface ChartShape {
  width: number;
  height: number;
  stacked: boolean;
  /** Shown series with their place in the palette, in drawing order. */
  shown: readonly { series: ChartSeries; colour: number }[];
}

/** Builds uPlot's options. `current` is asked at drawing time, so that new data needs no new chart. */
export function chartOptions(
  shape: ChartShape,
  current: () => ChartData,
  markers: () => readonly Marker[],
  events: ChartEvents,
): uPlot.Options {
  const unit = () => current().unit;
  return {
    width: shape.width,
    height: shape.height,
    padding: [8, RIGHT_PX, 0, 0],
    legend: { show: false },
    scales: {
      x: { time: false, range: () => [current().fromMs, current().toMs] },
      y: { range: (plot) => valueRange(...extremes(plot.data.slice(1)), unit()) },
    },
    axes: [
      timeAxis(),
      {
        ...axisStyle(),
        size: (plot, labels) => axisWidth(plot, labels),
        splits: (_plot, _axis, min, max) => valueTicks(min, max, 4, unit()),
        values: (_plot, ticks) => formatTicks(ticks, unit()),
      },
    ],
    cursor: timeCursor(events),
    series: [{}, ...shape.shown.map(({ series, colour }) => seriesOptions(series, colour, shape.stacked))],
    ...(shape.stacked ? { bands: bandsBetween(shape.shown.length) } : {}),
    hooks: { drawAxes: [(plot) => drawMarkers(plot, markers())], ...timeHooks(events) },
  };
}

function seriesOptions(series: ChartSeries, colour: number, stacked: boolean): uPlot.Series {
  const token = seriesToken(colour, series);
  return {
    label: series.label,
    stroke: tokenColour(token),
    width: series.style === "limit" ? 1.25 : stacked ? 1 : 1.75,
    points:
      series.style === "dots"
        ? { show: true, size: 6, fill: tokenColour(token) }
        : {
            show: false,
            size: 7,
            fill: tokenColour(token),
            filter: (plot, index) => isolatedPoints(plot.data[index] ?? []),
          },
    ...(series.style === "dots" ? { paths: () => null } : {}),
    spanGaps: false,
    ...(series.style === "limit" ? { dash: [6, 4] } : {}),
    ...(stacked
      ? { fill: translucent(token, 0.45) }
      : series.style === "area"
        ? { fill: translucent(token, 0.14) }
        : {}),
  };
}

/** Series are drawn from the top of the stack down; each fills to the one below it. */
function bandsBetween(count: number): uPlot.Band[] {
  const bands: uPlot.Band[] = [];
  for (let index = 1; index < count; index++) bands.push({ series: [index, index + 1] });
  return bands;
}
