import { expect, it } from "vitest";
import type { ChartSeries } from "./data.js";
import { plotData } from "./plotData.js";

const series = (id: string, values: (number | null)[]): ChartSeries => ({ id, label: id, values, style: "line" });
const data = { times: [0, 1000], fromMs: 0, toMs: 2000, stepMs: 1000, unit: null, series: [] };

it("gives lines in their order and a stack from its top to its bottom, as it is drawn", () => {
  const shown = [series("a", [1, 2]), series("b", [10, 20])];
  expect(plotData(data, shown, false)).toEqual([
    [0, 1000],
    [1, 2],
    [10, 20],
  ]);
  expect(plotData(data, shown, true)).toEqual([
    [0, 1000],
    [11, 22],
    [1, 2],
  ]);
});
