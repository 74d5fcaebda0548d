import type { BucketSpan, BucketsResponse } from "@tidegauge/protocol/query";
import { sparkline } from "./sparkline.js";
import { type Column, formatTable } from "./table.js";
import { formatValue } from "./value.js";

const COLUMNS: readonly Column[] = [
  { heading: "BUCKET", align: "right" },
  { heading: "COUNT", align: "right" },
  { heading: "SHARE", align: "right" },
  { heading: "COURSE" },
];

/**
 * The buckets of a histogram, the greatest values on top as in a heat map: how many observations fell into each, which share of all that is, and
 * their course.
 *
 * @param width most characters of a course
 */
export function bucketTable({ buckets, points, unit }: BucketsResponse, width: number): string[] {
  const courses = buckets.map((_, bucket) => points.map(([, counts]) => counts?.[bucket] ?? null));
  const totals = courses.map((course) => course.reduce<number>((sum, count) => sum + (count ?? 0), 0));
  const all = totals.reduce((sum, total) => sum + total, 0);
  const rows = buckets.map((bucket, index) => {
    const total = totals[index] as number;
    return [
      name(bucket, unit),
      String(total),
      formatValue(total / all, "percent"),
      sparkline(courses[index] ?? [], width),
    ];
  });
  return formatTable(COLUMNS, rows.reverse());
}

/** A bucket's value, or the least and the greatest that are joined in it. */
function name({ low, high }: BucketSpan, unit: string | null): string {
  return low === high ? formatValue(low, unit) : `${formatValue(low, unit)} – ${formatValue(high, unit)}`;
}
