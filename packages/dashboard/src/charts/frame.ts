import type uPlot from "uplot";
import { formatTimeTicks, timeTicks } from "../format/time.js";
import { tokenColour } from "./palette.js";

/** What a chart reports to its owner. */
export interface ChartEvents {
  onZoom(fromMs: number, toMs: number): void;
  onReset(): void;
  /** The step under the cursor, null when it left. */
  onCursor(index: number | null): void;
}

/** Something that happened, drawn as a vertical line in every chart. */
export interface Marker {
  timeMs: number;
  kind: "restart" | "version";
  /** What happened, in words. */
  text: string;
}

const FONT = "11px system-ui, sans-serif";

/** Room at the right of every plot; a time label may reach into it. */
export const RIGHT_PX = 8;

/** About half the width of a character of a time label. */
const HALF_CHARACTER_PX = 3.3;

/** Value axes are as wide as this, if their labels let them: charts that stand under each other then share their time axis. */
const AXIS_PX = 60;

/** Charts of one page share their cursor. */
const SYNC_KEY = "page";

/** How every axis looks under the shown theme. */
export function axisStyle(): uPlot.Axis {
  return {
    stroke: tokenColour("--text-muted"),
    font: FONT,
    grid: { stroke: tokenColour("--grid"), width: 1 },
    ticks: { show: false },
    gap: 6,
  };
}

/** The time axis of every chart. */
export function timeAxis(): uPlot.Axis {
  return {
    ...axisStyle(),
    size: 24,
    splits: (plot, _axis, min, max) =>
      timeTicks(min, max, Math.max(2, Math.floor(plot.bbox.width / devicePixelRatio / 84))),
    values: (plot, ticks) => {
      // A label that reaches over the edge would be cut off.
      const edge = plot.bbox.width / devicePixelRatio + RIGHT_PX;
      return formatTimeTicks(ticks).map((label, index) =>
        plot.valToPos(ticks[index] as number, "x") + label.length * HALF_CHARACTER_PX > edge ? "" : label,
      );
    },
  };
}

/** The width a value axis needs for its labels. */
export function axisWidth(plot: uPlot, labels: string[] | null): number {
  if (labels === null) return AXIS_PX;
  plot.ctx.save();
  plot.ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  const widest = labels.reduce((most, label) => Math.max(most, plot.ctx.measureText(label).width), 0);
  plot.ctx.restore();
  return Math.max(AXIS_PX, Math.ceil(widest / devicePixelRatio) + 12);
}

/** The cursor that all charts of the page share; a drag selects time, a double click goes back. */
export function timeCursor(events: ChartEvents): uPlot.Cursor {
  return {
    sync: { key: SYNC_KEY, scales: ["x", null] },
    drag: { x: true, y: false, setScale: false },
    y: false,
    points: { size: 7, width: 2, fill: () => tokenColour("--surface") },
    bind: {
      dblclick: () => () => {
        events.onReset();
        return null;
      },
    },
  };
}

/** Tells the owner what the user points at and drags over. */
export function timeHooks(events: ChartEvents): Pick<uPlot.Hooks.Arrays, "setCursor" | "setSelect"> {
  return {
    setCursor: [(plot) => events.onCursor(plot.cursor.idx ?? null)],
    setSelect: [
      (plot) => {
        const { left, width } = plot.select;
        if (width < 4) return;
        const from = plot.posToVal(left, "x");
        const to = plot.posToVal(left + width, "x");
        plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        // All charts of the page are dragged over at once; only the one under the pointer has its event.
        if (plot.cursor.event) events.onZoom(from, to);
      },
    ],
  };
}

/** Arrow keys move the cursor by a step, `+` zooms in around it, `-` and Escape go back. True if the key meant something. */
export function moveCursor(plot: uPlot, key: string, events: ChartEvents): boolean {
  const times = plot.data[0];
  const index = plot.cursor.idx ?? times.length - 1;
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const next = Math.min(times.length - 1, Math.max(0, index + (key === "ArrowLeft" ? -1 : 1)));
    plot.setCursor({ left: plot.valToPos(times[next] as number, "x"), top: 1 });
    return true;
  }
  if (key === "+") {
    const from = plot.scales.x?.min as number;
    const to = plot.scales.x?.max as number;
    const middle = times[index] as number;
    events.onZoom(Math.max(from, middle - (to - from) / 4), Math.min(to, middle + (to - from) / 4));
    return true;
  }
  if (key === "-" || key === "Escape") {
    events.onReset();
    return true;
  }
  return false;
}

/** Draws the markers as dashed lines over the height of the chart. */
export function drawMarkers(plot: uPlot, markers: readonly Marker[]): void {
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
