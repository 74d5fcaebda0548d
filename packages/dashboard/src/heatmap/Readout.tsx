import { formatClock, formatDateTime } from "../format/time.js";
import { formatValue } from "../format/unit.js";
import { bucketLabel, type HeatmapData } from "./data.js";

/** What the cursor points at: a step, and a bucket of it. */
export interface Cell {
  step: number | null;
  row: number | null;
}

/** Longer windows name the day too. */
const DAY_MS = 20 * 3_600_000;

/** The cell under the cursor in words: when, which bucket, how many, and what share of the step that is. */
export function Readout({ data, cell }: { data: HeatmapData; cell: Cell }) {
  const point = cell.step === null ? undefined : data.answer.points[cell.step];
  return (
    <p class="heat-readout" role="status" data-testid="heatmap-readout">
      {point === undefined ? (
        <span class="muted">{`${formatValue(data.total, null)} observations. Point at a cell to read it.`}</span>
      ) : (
        <>
          <time>{data.answer.to - data.answer.from > DAY_MS ? formatDateTime(point[0]) : formatClock(point[0])}</time>
          <Counts data={data} counts={point[1]} row={cell.row} />
        </>
      )}
    </p>
  );
}

function Counts({ data, counts, row }: { data: HeatmapData; counts: number[] | null; row: number | null }) {
  if (counts === null) return <span class="muted">no data</span>;
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (row === null) return <span>{all} in all buckets</span>;
  const count = counts[row] ?? 0;
  return (
    <>
      <span>{bucketLabel(data, row)}</span>
      <span>
        <b>{count}</b> of {all}
        {all > 0 && ` (${formatValue(count / all, "percent")})`}
      </span>
    </>
  );
}
