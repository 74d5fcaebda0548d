import type { ChartData } from "../charts/data.js";
import { interpolateGaps } from "../charts/gaps.js";
import { formatValue } from "../format/unit.js";
import type { HeatGrid } from "./grid.js";

/** Pixels of one character of a label, about, and how much of the chart's width the labels may take. */
const CHARACTER_PX = 6.2;
const LABELS_SHARE = 0.35;

/** The series of the row, which count from the bottom while series are listed from the top. */
export function seriesOfRow({ series }: ChartData, row: number): ChartData["series"][number] | undefined {
  return series[series.length - 1 - row];
}

/** The grid of a chart's series: a row each, in their order, with colours from zero to the largest value. */
export function groupGrid(data: ChartData): HeatGrid {
  const rows = data.series.map((_, row) => ({ bottom: row, top: row + 1 }));
  const values = rows.map((_, row) => interpolateGaps(seriesOfRow(data, row)?.values ?? []));
  const largest = Math.max(
    0,
    ...values.map((row) => row.reduce<number>((most, value) => Math.max(most, value ?? 0), 0)),
  );
  const at = (place: number) => formatValue(place ** 2 * largest, data.unit);
  return {
    fromMs: data.fromMs,
    toMs: data.toMs,
    stepMs: data.stepMs,
    columns: data.times.map((timeMs, step) => [timeMs, values.map((row) => row[step] ?? null)]),
    rows,
    min: 0,
    max: rows.length,
    scale: "names",
    // By the root, as with buckets, or one large group would leave the others pale.
    heat: (value) => (largest === 0 ? 0 : Math.sqrt(Math.max(0, value) / largest)),
    ticks: () => rows.map(({ bottom }) => bottom + 0.5),
    tickLabels: (ticks, widthPx) => {
      const most = Math.max(6, Math.floor((widthPx * LABELS_SHARE) / CHARACTER_PX));
      return ticks.map((tick) => shortened(seriesOfRow(data, Math.floor(tick))?.label ?? "", most));
    },
    legend: {
      label: `Colours go from ${at(0)} to ${at(1)}`,
      ticks: largest === 0 ? [at(0)] : [at(0), at(0.5), at(1)],
      isOneColour: false,
    },
  };
}

function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
