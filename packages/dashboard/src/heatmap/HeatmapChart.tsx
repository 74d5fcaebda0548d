import { useLayoutEffect, useRef, useState } from "preact/hooks";
import "./heatmap.css";
import { type ChartEvents, type Marker, moveCursor } from "../charts/frame.js";
import uPlot from "../charts/uplot.js";
import { FOCUSABLE, NO_MARKERS, usePlot } from "../charts/usePlot.js";
import { useTheme } from "../theme/useTheme.js";
import type { HeatGrid } from "./grid.js";
import { HeatLegend } from "./HeatLegend.js";
import { heatmapColumns, heatmapOptions } from "./options.js";
import { type Cell, Readout, type ReadoutProps } from "./Readout.js";
import { rowAt } from "./rows.js";

export interface HeatmapChartProps extends Omit<ChartEvents, "onCursor">, Omit<ReadoutProps, "cell"> {
  height: number;
  markers?: readonly Marker[];
  /** Says what is shown, for those who do not see it. */
  label: string;
  /** Observations in the whole window, where that is what is drawn. */
  total?: number;
}

const NO_CELL: Cell = { step: null, row: null };

/**
 * Values by step and row as colours. Time axis, cursor and zoom are those of every chart; what the cursor points at is said
 * above the chart, where it covers nothing. Arrow keys move from cell to cell.
 */
export function HeatmapChart(props: HeatmapChartProps) {
  const { grid, height, markers = NO_MARKERS, label, total, hint, read, onZoom, onReset } = props;
  const [cell, setCell] = useState<Cell>(NO_CELL);
  const theme = useTheme();
  const state = useRef({ grid, markers, onZoom, onReset });
  state.current = { grid, markers, onZoom, onReset };

  const events: ChartEvents = {
    onZoom: (from, to) => state.current.onZoom(from, to),
    onReset: () => state.current.onReset(),
    onCursor: (step) => setCell((before) => ({ step, row: step === null ? null : before.row })),
  };

  const { host, plot } = usePlot({
    structure: [theme, height],
    height,
    data: grid,
    columns: heatmapColumns,
    markers,
    make: (element, width) => {
      const options = heatmapOptions(
        { width, height },
        () => state.current.grid,
        () => state.current.markers,
        events,
      );
      const made = new uPlot(options, heatmapColumns(grid), element);
      made.over.addEventListener("mousemove", (event) => {
        const top = event.clientY - made.over.getBoundingClientRect().top;
        const row = rowAt(state.current.grid, made.posToVal(top, "y")) ?? null;
        setCell((before) => ({ ...before, row }));
      });
      return made;
    },
  });

  const move = (key: string): boolean => {
    const made = plot.current;
    if (made === undefined) return false;
    if (key !== "ArrowUp" && key !== "ArrowDown") return moveCursor(made, key, events);
    const last = grid.rows.length - 1;
    const step = cell.step ?? grid.columns.length - 1;
    const row = cell.row === null ? last : Math.min(last, Math.max(0, cell.row + (key === "ArrowUp" ? 1 : -1)));
    if (cell.step === null) moveCursor(made, "ArrowRight", events);
    setCell({ step, row });
    return true;
  };

  return (
    <div class="heat" data-testid="heatmap" data-cell={cell.step === null ? "" : `${cell.step} ${cell.row ?? ""}`}>
      <Readout grid={grid} cell={cell} hint={hint} read={read} />
      <div
        ref={host}
        class="chart"
        role="img"
        aria-label={label}
        {...FOCUSABLE}
        data-from={grid.fromMs}
        data-to={grid.toMs}
        data-rows={grid.rows.length}
        data-total={total}
        data-scale={grid.scale}
        data-markers={markers.length}
        onKeyDown={(event) => {
          if (move(event.key)) event.preventDefault();
        }}
      />
      <HeatLegend {...grid.legend} />
      <CellFrame grid={grid} cell={cell} plot={plot.current} />
    </div>
  );
}

/** A frame around the cell that is read out. */
function CellFrame({ grid, cell, plot }: { grid: HeatGrid; cell: Cell; plot: uPlot | undefined }) {
  const row = cell.row === null ? undefined : grid.rows[cell.row];
  const point = cell.step === null ? undefined : grid.columns[cell.step];
  useLayoutEffect(() => {
    if (plot === undefined || row === undefined || point === undefined) return;
    const frame = document.createElement("div");
    frame.className = "heat-frame";
    const left = Math.max(0, plot.valToPos(point[0], "x"));
    const right = Math.min(plot.over.clientWidth, plot.valToPos(point[0] + grid.stepMs, "x"));
    const top = plot.valToPos(row.top, "y");
    Object.assign(frame.style, {
      left: `${left}px`,
      top: `${top}px`,
      width: `${Math.max(2, right - left)}px`,
      height: `${Math.max(2, plot.valToPos(row.bottom, "y") - top)}px`,
    });
    plot.over.append(frame);
    return () => frame.remove();
  }, [plot, grid, cell.step, cell.row]);
  return null;
}
