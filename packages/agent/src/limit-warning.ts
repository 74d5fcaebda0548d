import type { SeriesTable } from "./instruments/series-table.js";

/** One line that says where the series come from: the metric with the most of them, and its label with the most distinct values (REG-38). */
export function limitWarning(set: string, table: SeriesTable, limit: number): string {
  const all = table.series.flat();
  let largest = all[0]?.metric.of;
  for (const series of all)
    if (largest === undefined || series.metric.of.size > largest.size) largest = series.metric.of;
  const values = new Map<string, Set<string>>();
  for (const series of all) {
    if (series.metric.of !== largest) continue;
    series.labels.values().forEach((value, index) => {
      const key = series.labels.keys[index] as string;
      const known = values.get(key);
      if (known === undefined) values.set(key, new Set([value]));
      else known.add(value);
    });
  }
  let label = "none";
  let distinct = 0;
  for (const [key, known] of values) {
    if (known.size <= distinct) continue;
    label = key;
    distinct = known.size;
  }
  const culprit =
    distinct > 0
      ? `metric "${largest?.name}" has ${largest?.size} series, its label "${label}" ${distinct} different values`
      : `metric "${largest?.name}" is one of ${table.series.reduce((sum, list) => sum + new Set(list.map((series) => series.metric.of)).size, 0)} names`;
  return `metric set ${set}: the limit of ${limit} series has been reached (${culprit}); new series are counted under overflow="true", new gauges and new names are left out. Use labels with fewer values or raise metrics_limit.`;
}
