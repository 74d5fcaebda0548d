import { valueTicks } from "../charts/scale.js";
import { formatTicks, formatValue } from "../format/unit.js";
import { countAt, heat } from "./colours.js";
import type { HeatmapData } from "./data.js";
import { logTicks, type Row, type RowLayout } from "./rows.js";

/** What a heat map draws, whatever its rows are: a column a step, a row a bucket or a group. */
export interface HeatGrid {
  /** The window, and the length of a step, in milliseconds. */
  fromMs: number;
  toMs: number;
  stepMs: number;
  /** The steps' starts, epoch milliseconds, ascending, with a value for each row; null for a step without data. */
  columns: readonly (readonly [timeMs: number, values: readonly (number | null)[] | null])[];
  /** From the bottom, in the axis' own measure, as `min` and `max`. */
  rows: readonly Row[];
  min: number;
  max: number;
  scale: RowLayout["scale"] | "names";
  /** The place of a value on the colour scale, 0 to 1; null where its cell is left empty. */
  heat(value: number): number | null;
  /** Where the row axis has labels, with room for `count`, and what they say, in a chart of that width. */
  ticks(count: number): number[];
  tickLabels(ticks: readonly number[], widthPx: number): string[];
  /** What the colours mean: in words, and in values under the scale from its first colour to its last. */
  legend: { label: string; ticks: readonly string[]; isOneColour: boolean };
}

/** The grid of a histogram's buckets. */
export function bucketGrid({ answer, layout, largest }: HeatmapData): HeatGrid {
  const { from, to, step, unit, buckets, points } = answer;
  const isLinear = layout.scale === "linear";
  const positive = buckets.findIndex(({ low }) => low > 0);
  return {
    fromMs: from,
    toMs: to,
    stepMs: step,
    columns: points,
    rows: layout.rows,
    min: layout.min,
    max: layout.max,
    scale: layout.scale,
    heat: (count) => (count === 0 ? null : heat(count, largest)),
    ticks: (count) => {
      if (isLinear) return valueTicks(layout.min, layout.max, count, unit);
      const lowest = 2 ** (layout.rows[positive]?.bottom ?? layout.min);
      const ticks = logTicks(lowest, 2 ** layout.max, count).map(layout.toAxis);
      return positive > 0 ? [layout.toAxis(0), ...ticks] : ticks;
    },
    tickLabels: (ticks) =>
      isLinear
        ? formatTicks(ticks, unit)
        : ticks.map((tick) => formatValue(Number(layout.toValue(tick).toPrecision(6)), unit)),
    legend: {
      label: `Colours go from 1 to ${largest} observations in a cell`,
      ticks: [
        "1",
        ...(largest >= 8 ? [formatValue(countAt(0.5, largest), null)] : []),
        ...(largest > 1 ? [formatValue(largest, null)] : []),
      ],
      isOneColour: largest <= 1,
    },
  };
}
