import { expect, it } from "vitest";
import type { ChartData } from "../charts/data.js";
import { groupGrid, seriesOfRow } from "./groups.js";

const chart: ChartData = {
  times: [0, 10_000, 20_000],
  fromMs: 0,
  toMs: 30_000,
  stepMs: 10_000,
  unit: "ms",
  series: [
    { id: "a", label: "GET /a-long-name-of-a-route", values: [0, null, 400], style: "line" },
    { id: "b", label: "GET /b", values: [100, 200, null], style: "line" },
  ],
};

it("has a row a series, the first one on top", () => {
  const grid = groupGrid(chart);
  expect(grid.rows).toHaveLength(2);
  expect(seriesOfRow(chart, 1)?.id).toBe("a");
  expect(grid.columns[0]).toEqual([0, [100, 0]]);
  expect(grid.columns[2]).toEqual([20_000, [null, 400]]);
  expect([grid.min, grid.max]).toEqual([0, 2]);
});

it("goes from zero to the largest value by the root, and says so", () => {
  const { heat, legend } = groupGrid(chart);
  expect([0, 100, 400, -1].map(heat)).toEqual([0, 0.5, 1, 0]);
  expect(legend).toMatchObject({ label: "Colours go from 0 ms to 400 ms", ticks: ["0 ms", "100 ms", "400 ms"] });
  const zeros = groupGrid({ ...chart, series: [{ id: "a", label: "a", values: [0, 0, 0], style: "line" }] });
  expect([zeros.heat(0), zeros.legend.ticks]).toEqual([0, ["0 ms"]]);
});

it("names the rows in the middle of each, shortened to the room there is", () => {
  const grid = groupGrid(chart);
  expect(grid.tickLabels(grid.ticks(9), 900)).toEqual(["GET /b", "GET /a-long-name-of-a-route"]);
  expect(grid.tickLabels(grid.ticks(9), 200)).toEqual(["GET /b", "GET /a-lon…"]);
});
