import type uPlot from "uplot";
import type { ChartData, ChartSeries } from "./data.js";
import { bridgeGaps } from "./gaps.js";
import { stackValues } from "./stack.js";

/** The columns uPlot wants: times, then one column a shown series; a stack from its top to its bottom. */
export function plotData(data: ChartData, shown: readonly ChartSeries[], stacked: boolean): uPlot.AlignedData {
  if (!stacked)
    return [data.times, ...shown.map(({ style, values }) => (style === "dots" ? values : bridgeGaps(values)))];
  const sums = stackValues(shown.map((series) => series.values));
  return [data.times, ...sums.reverse()];
}
