import { expect, it } from "vitest";
import { joinAnswers } from "./load.js";
import type { PanelSpec } from "./spec.js";
import { isSplit, splitByNode } from "./split.js";

const spec: PanelSpec = {
  id: "cpu",
  title: "CPU",
  section: "CPU and memory",
  stacked: true,
  lines: [
    { metric: "a", aggregation: "avg", label: "system" },
    { metric: "b", aggregation: "avg", label: "process", groupBy: ["kind"] },
  ],
};

it("draws each node by itself, and leaves groups as they are", () => {
  const split = splitByNode(spec);
  expect(split.stacked).toBe(false);
  expect(split.lines[0]).toMatchObject({ groupBy: ["service.node.name"], prefixed: true });
  expect(split.lines[1]?.groupBy).toEqual(["kind"]);
  expect([spec, split].map(isSplit)).toEqual([false, true]);
});

it("names a node's line after both", () => {
  const line = splitByNode(spec).lines[0];
  if (line === undefined) throw new Error("no line");
  const series = [{ labels: { "service.node.name": "web-1" }, points: [[0, 1]] as [number, number][] }];
  const chart = joinAnswers([{ line, answer: { from: 0, to: 1, step: 1, unit: null, series } }]);
  expect(chart.series[0]?.label).toBe("system web-1");
});
