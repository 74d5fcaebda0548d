import { useLayoutEffect, useRef, useState } from "preact/hooks";
import "./heatmap.css";
import { type ChartEvents, type Marker, moveCursor } from "../charts/frame.js";
import uPlot from "../charts/uplot.js";
import { FOCUSABLE, NO_MARKERS, usePlot } from "../charts/usePlot.js";
import { useTheme } from "../theme/useTheme.js";
import type { HeatmapData } from "./data.js";
import { HeatLegend } from "./HeatLegend.js";
import { heatmapColumns, heatmapOptions } from "./options.js";
import { type Cell, Readout } from "./Readout.js";
import { rowAt } from "./rows.js";

export interface HeatmapChartProps extends Omit<ChartEvents, "onCursor"> {
  data: HeatmapData;
  height: number;
  markers?: readonly Marker[];
  /** Says what is shown, for those who do not see it. */
  label: string;
}

const NO_CELL: Cell = { step: null, row: null };

/**
 * How many observations fell into which bucket, over time. Time axis, cursor and zoom are those of every chart; what the cursor points at is said
 * above the chart, where it covers nothing. Arrow keys move from cell to cell.
 */
export function HeatmapChart({ data, height, markers = NO_MARKERS, label, onZoom, onReset }: HeatmapChartProps) {
  const [cell, setCell] = useState<Cell>(NO_CELL);
  const theme = useTheme();
  const state = useRef({ data, markers, onZoom, onReset });
  state.current = { data, markers, onZoom, onReset };

  const events: ChartEvents = {
    onZoom: (from, to) => state.current.onZoom(from, to),
    onReset: () => state.current.onReset(),
    onCursor: (step) => setCell((before) => ({ step, row: step === null ? null : before.row })),
  };

  const { host, plot } = usePlot({
    structure: [theme, height],
    height,
    data,
    columns: heatmapColumns,
    markers,
    make: (element, width) => {
      const options = heatmapOptions(
        { width, height },
        () => state.current.data,
        () => state.current.markers,
        events,
      );
      const made = new uPlot(options, heatmapColumns(data), element);
      made.over.addEventListener("mousemove", (event) => {
        const top = event.clientY - made.over.getBoundingClientRect().top;
        const row = rowAt(state.current.data.layout, made.posToVal(top, "y")) ?? null;
        setCell((before) => ({ ...before, row }));
      });
      return made;
    },
  });

  const move = (key: string): boolean => {
    const made = plot.current;
    if (made === undefined) return false;
    if (key !== "ArrowUp" && key !== "ArrowDown") return moveCursor(made, key, events);
    const last = data.layout.rows.length - 1;
    const step = cell.step ?? data.answer.points.length - 1;
    const row = cell.row === null ? last : Math.min(last, Math.max(0, cell.row + (key === "ArrowUp" ? 1 : -1)));
    if (cell.step === null) moveCursor(made, "ArrowRight", events);
    setCell({ step, row });
    return true;
  };

  return (
    <div class="heat" data-testid="heatmap" data-cell={cell.step === null ? "" : `${cell.step} ${cell.row ?? ""}`}>
      <Readout data={data} cell={cell} />
      <div
        ref={host}
        class="chart"
        role="img"
        aria-label={label}
        {...FOCUSABLE}
        data-from={data.answer.from}
        data-to={data.answer.to}
        data-buckets={data.answer.buckets.length}
        data-total={data.total}
        data-scale={data.layout.scale}
        data-markers={markers.length}
        onKeyDown={(event) => {
          if (move(event.key)) event.preventDefault();
        }}
      />
      <HeatLegend largest={data.largest} />
      <CellFrame data={data} cell={cell} plot={plot.current} />
    </div>
  );
}

/** A frame around the cell that is read out. */
function CellFrame({ data, cell, plot }: { data: HeatmapData; cell: Cell; plot: uPlot | undefined }) {
  const row = cell.row === null ? undefined : data.layout.rows[cell.row];
  const point = cell.step === null ? undefined : data.answer.points[cell.step];
  useLayoutEffect(() => {
    if (plot === undefined || row === undefined || point === undefined) return;
    const frame = document.createElement("div");
    frame.className = "heat-frame";
    const left = Math.max(0, plot.valToPos(point[0], "x"));
    const right = Math.min(plot.over.clientWidth, plot.valToPos(point[0] + data.answer.step, "x"));
    const top = plot.valToPos(row.top, "y");
    Object.assign(frame.style, {
      left: `${left}px`,
      top: `${top}px`,
      width: `${Math.max(2, right - left)}px`,
      height: `${Math.max(2, plot.valToPos(row.bottom, "y") - top)}px`,
    });
    plot.over.append(frame);
    return () => frame.remove();
  }, [plot, data, cell.step, cell.row]);
  return null;
}
