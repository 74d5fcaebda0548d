import { formatValue } from "../format/unit.js";
import { bucketLabel, type HeatmapData } from "./data.js";

/** A cell in words: which bucket, how many, and what share of the step that is; without a row the whole step. */
export function BucketCell({ data, step, row }: { data: HeatmapData; step: number; row: number | null }) {
  const counts = data.answer.points[step]?.[1] ?? null;
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
