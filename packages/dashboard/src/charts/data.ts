/**
 * How a series is drawn: `limit` is a dashed line without fill, for what others are measured against; `dots` are for
 * single events, between which a line would claim what nobody measured.
 */
export type SeriesStyle = "line" | "area" | "limit" | "dots";

/** One line or band of a chart: a value for each of its times, null where there is none. */
export interface ChartSeries {
  /** Unique in the chart and the same after a refresh: toggles are kept by it. */
  id: string;
  label: string;
  values: (number | null)[];
  style: SeriesStyle;
  /** Hidden until the user shows it. */
  startsHidden?: boolean;
}

/** What a chart draws. Times are the steps' starts, epoch milliseconds, ascending. */
export interface ChartData {
  times: number[];
  fromMs: number;
  toMs: number;
  stepMs: number;
  unit: string | null;
  series: ChartSeries[];
}

/** The last point with a value, over all series. */
export function lastPoint(data: ChartData): { timeMs: number; value: number } | null {
  for (let index = data.times.length - 1; index >= 0; index--) {
    for (const series of data.series) {
      const value = series.values[index];
      if (value !== null && value !== undefined) return { timeMs: data.times[index] as number, value };
    }
  }
  return null;
}

/** The last value of one series, null if it has none. */
export function lastValue(values: readonly (number | null)[]): number | null {
  for (let index = values.length - 1; index >= 0; index--) {
    const value = values[index];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

/** Whether there is nothing to draw. */
export function isEmpty(data: ChartData): boolean {
  return lastPoint(data) === null;
}
