import { useEffect, useRef, useState } from "preact/hooks";
import { formatClock } from "../format/time.js";
import { formatValue } from "../format/unit.js";
import { useTheme } from "../theme/useTheme.js";
import type { ChartData } from "./data.js";
import { interpolateGaps } from "./gaps.js";
import { translucent } from "./palette.js";

const ROW_HEIGHT = 22;

/** The alpha of a cell: from hardly visible at zero to full at the largest value of the chart. */
function cellAlpha(value: number, largest: number): number {
  return largest <= 0 ? 0 : 0.06 + 0.94 * Math.sqrt(Math.max(0, value) / largest);
}

/** One row a series, one cell a step, darker for larger values: many series at a glance. */
export function SeriesGrid({ data, label }: { data: ChartData; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [hovered, setHovered] = useState<{ row: number; step: number } | null>(null);
  const theme = useTheme();
  const rows = data.series;
  const height = rows.length * ROW_HEIGHT;

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const draw = () => drawCells(element, data, height);
    draw();
    const resize = new ResizeObserver(draw);
    resize.observe(element);
    return () => resize.disconnect();
  }, [data, height, theme]);

  const series = hovered === null ? undefined : rows[hovered.row];
  const time = hovered === null ? undefined : data.times[hovered.step];
  return (
    <div class="series-grid" data-testid="series-grid">
      <ul class="series-grid-labels">
        {rows.map(({ id, label: name }) => (
          <li key={id} title={name}>
            {name}
          </li>
        ))}
      </ul>
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        style={{ height: `${height}px` }}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const row = Math.floor((event.clientY - box.top) / ROW_HEIGHT);
          const step = Math.floor(((event.clientX - box.left) / box.width) * data.times.length);
          setHovered({ row, step });
        }}
        onPointerLeave={() => setHovered(null)}
      />
      <p class="series-grid-note muted">
        {series && time !== undefined
          ? `${formatClock(time)}  ${series.label}  ${formatValue(series.values[hovered?.step ?? 0], data.unit)}`
          : "Point at a cell to read it."}
      </p>
    </div>
  );
}

function drawCells(element: HTMLCanvasElement, data: ChartData, height: number): void {
  const ratio = devicePixelRatio;
  element.width = Math.max(1, Math.round(element.clientWidth * ratio));
  element.height = Math.max(1, Math.round(height * ratio));
  const context = element.getContext("2d");
  if (!context) return;
  const rows = data.series.map(({ values }) => interpolateGaps(values));
  const largest = rows.reduce((most, values) => values.reduce<number>((m, value) => Math.max(m, value ?? 0), most), 0);
  const cell = element.width / Math.max(1, data.times.length);
  rows.forEach((values, row) => {
    values.forEach((value, step) => {
      if (value === null) return;
      context.fillStyle = translucent("--series-1", cellAlpha(value, largest));
      context.fillRect(step * cell, row * ROW_HEIGHT * ratio, Math.ceil(cell), (ROW_HEIGHT - 2) * ratio);
    });
  });
}
