import type { ComponentChildren } from "preact";
import { formatClock, formatDateTime } from "../format/time.js";
import type { HeatGrid } from "./grid.js";

/** What the cursor points at: a step, and a row of it. */
export interface Cell {
  step: number | null;
  row: number | null;
}

export interface ReadoutProps {
  grid: HeatGrid;
  cell: Cell;
  /** Said while nothing is pointed at. */
  hint: string;
  /** What there is in a cell; `row` null: in a whole step. */
  read(step: number, row: number | null): ComponentChildren;
}

/** Longer windows name the day too. */
const DAY_MS = 20 * 3_600_000;

/** The cell under the cursor in words: when, and what it holds. */
export function Readout({ grid, cell: { step, row }, hint, read }: ReadoutProps) {
  const column = step === null ? undefined : grid.columns[step];
  return (
    <p class="heat-readout" role="status" data-testid="heatmap-readout">
      {step === null || column === undefined ? (
        <span class="muted">{hint}</span>
      ) : (
        <>
          <time>{grid.toMs - grid.fromMs > DAY_MS ? formatDateTime(column[0]) : formatClock(column[0])}</time>
          {read(step, row)}
        </>
      )}
    </p>
  );
}
