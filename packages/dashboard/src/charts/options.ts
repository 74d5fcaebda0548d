import type uPlot from "uplot";
import { formatTimeTicks, timeTicks } from "../format/time.js";
import { formatTicks } from "../format/unit.js";
import type { ChartData, ChartSeries } from "./data.js";
import { seriesToken, tokenColour, translucent } from "./palette.js";
import { valueRange, valueTicks } from "./scale.js";

/** What a chart reports to its owner. */
export interface ChartEvents {
  onZoom(fromMs: number, toMs: number): void;
  onReset(): void;
  /** The step under the cursor, null when it left. */
  onCursor(index: number | null): void;
}

export interface ChartShape {
  width: number;
  height: number;
  stacked: boolean;
  /** Charts with the same key share their cursor. */
  syncKey: string;
  /** Shown series with their place in the palette, in drawing order. */
  shown: readonly { series: ChartSeries; colour: number }[];
}

const FONT = "11px system-ui, sans-serif";

/** Something that happened, drawn as a vertical line in every chart. */
export interface Marker {
  timeMs: number;
  kind: "restart" | "version";
  /** What happened, in words. */
  text: string;
}

/** Builds uPlot's options. `current` is asked at drawing time, so that new data needs no new chart. */
export function chartOptions(
  shape: ChartShape,
  current: () => ChartData,
  markers: () => readonly Marker[],
  events: ChartEvents,
): uPlot.Options {
  const unit = () => current().unit;
  const axis = {
    stroke: tokenColour("--text-muted"),
    font: FONT,
    grid: { stroke: tokenColour("--grid"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: shape.width,
    height: shape.height,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    scales: {
      x: { time: false, range: () => [current().fromMs, current().toMs] },
      y: { range: (_plot, min, max) => valueRange(min, max, unit()) },
    },
    axes: [
      {
        ...axis,
        size: 24,
        gap: 6,
        splits: (plot, _axis, min, max) =>
          timeTicks(min, max, Math.max(2, Math.floor(plot.bbox.width / devicePixelRatio / 84))),
        values: (_plot, ticks) => formatTimeTicks(ticks),
      },
      {
        ...axis,
        gap: 6,
        size: (plot, labels) => axisWidth(plot, labels),
        splits: (_plot, _axis, min, max) => valueTicks(min, max, 4, unit()),
        values: (_plot, ticks) => formatTicks(ticks, unit()),
      },
    ],
    cursor: {
      sync: { key: shape.syncKey, scales: ["x", null] },
      drag: { x: true, y: false, setScale: false },
      y: false,
      points: { size: 7, width: 2, fill: () => tokenColour("--surface") },
      bind: {
        dblclick: () => () => {
          events.onReset();
          return null;
        },
      },
    },
    series: [{}, ...shape.shown.map(({ series, colour }) => seriesOptions(series, colour, shape.stacked))],
    ...(shape.stacked ? { bands: bandsBetween(shape.shown.length) } : {}),
    hooks: {
      drawAxes: [(plot) => drawMarkers(plot, markers())],
      setCursor: [(plot) => events.onCursor(plot.cursor.idx ?? null)],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width < 4) return;
          const from = plot.posToVal(left, "x");
          const to = plot.posToVal(left + width, "x");
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          events.onZoom(from, to);
        },
      ],
    },
  };
}

function seriesOptions(series: ChartSeries, colour: number, stacked: boolean): uPlot.Series {
  const token = seriesToken(colour, series);
  return {
    label: series.label,
    stroke: tokenColour(token),
    width: series.style === "limit" ? 1.25 : stacked ? 1 : 1.75,
    points: series.style === "dots" ? { show: true, size: 6, fill: tokenColour(token) } : { show: false },
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

function axisWidth(plot: uPlot, labels: string[] | null): number {
  if (labels === null) return 48;
  plot.ctx.save();
  plot.ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  const widest = labels.reduce((most, label) => Math.max(most, plot.ctx.measureText(label).width), 0);
  plot.ctx.restore();
  return Math.ceil(widest / devicePixelRatio) + 12;
}

function drawMarkers(plot: uPlot, markers: readonly Marker[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  for (const { timeMs, kind } of markers) {
    const x = Math.round(plot.valToPos(timeMs, "x", true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = tokenColour(kind === "restart" ? "--warn" : "--accent");
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
