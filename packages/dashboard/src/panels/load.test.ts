import type { QueryResponse } from "@tidegauge/protocol/query";
import { describe, expect, it } from "vitest";
import { groupLabel, joinAnswers } from "./load.js";

function answer(points: [number, number | null][], more: Partial<QueryResponse> = {}, labels = {}): QueryResponse {
  return { from: 0, to: 40_000, step: 10_000, unit: "byte", series: [{ labels, points }], ...more };
}

describe("joinAnswers", () => {
  it("puts groups in the order of their names, whatever their size, what stands for many last", () => {
    const names = (labels: Record<string, string>[]) => {
      const series = labels.map((one) => ({ labels: one, points: [[0, 1]] as [number, number][] }));
      const line = { metric: "a", aggregation: "avg", label: "a", groupBy: ["k"] } as const;
      return joinAnswers([{ line, answer: answer([], { series }) }]).series.map(({ label }) => label);
    };
    const sorted = ["node 2", "node 10", "beyond the limit", "other"];
    expect(names([{ _other: "true" }, { k: "node 10" }, { overflow: "true" }, { k: "node 2" }])).toEqual(sorted);
    expect(names([{ overflow: "true" }, { k: "node 2" }, { _other: "true" }, { k: "node 10" }])).toEqual(sorted);
  });

  it("puts lines of different steps on one time axis", () => {
    const chart = joinAnswers([
      {
        line: { metric: "a", aggregation: "avg", label: "a" },
        answer: answer([
          [0, 1],
          [10_000, 2],
        ]),
      },
      {
        line: { metric: "b", aggregation: "avg", label: "b" },
        answer: answer([
          [0, 5],
          [5000, 6],
        ]),
      },
    ]);
    expect(chart.times).toEqual([0, 5000, 10_000]);
    expect(chart.series.map(({ values }) => values)).toEqual([
      [1, null, 2],
      [5, 6, null],
    ]);
    expect(chart.unit).toBe("byte");
  });

  it("leaves out the step under way where it would look like a fall", () => {
    const points: [number, number][] = [
      [0, 10],
      [30_000, 10],
      [35_000, 2],
    ];
    const rate = joinAnswers([{ line: { metric: "a", aggregation: "rate", label: "a" }, answer: answer(points) }]);
    const gauge = joinAnswers([{ line: { metric: "a", aggregation: "avg", label: "a" }, answer: answer(points) }]);
    expect(rate.series[0]?.values).toEqual([10, 10, null]);
    expect(gauge.series[0]?.values).toEqual([10, 10, 2]);
  });

  it("draws the step under way where it is all there is, a rate over the part that is over", () => {
    const only = answer(
      [
        [0, null],
        [30_000, 10],
        [35_000, 4],
      ],
      { step: 10_000, to: 40_000 },
    );
    const young = { ...only, series: [{ labels: {}, points: [[35_000, 4]] as [number, number][] }] };
    const line = { metric: "a", label: "a" } as const;
    const values = (one: Parameters<typeof joinAnswers>[0][number]) => joinAnswers([one]).series[0]?.values;
    expect(values({ line: { ...line, aggregation: "rate" }, answer: young })).toEqual([8]);
    expect(values({ line: { ...line, aggregation: "sum" }, answer: young })).toEqual([4]);
    expect(values({ line: { ...line, aggregation: "sum", perSecond: true }, answer: young })).toEqual([0.8]);
    expect(values({ line: { ...line, aggregation: "rate" }, answer: only })).toEqual([null, 10, null]);
  });

  it("takes a resetting counter that sent nothing for zero, but only in complete steps after its first value", () => {
    const points: [number, number | null][] = [
      [0, null],
      [10_000, 4],
      [20_000, null],
      [25_000, 1],
      [35_000, null],
    ];
    const line = { metric: "a", aggregation: "rate", label: "a", missing: "zero" } as const;
    expect(joinAnswers([{ line, answer: answer(points) }]).series[0]?.values).toEqual([null, 4, 0, 1, null]);
  });

  it("makes sums independent of the step, in the panel's own unit", () => {
    const line = { metric: "gc", aggregation: "sum", label: "share", perSecond: true, scale: 0.001 } as const;
    const chart = joinAnswers([{ line, answer: answer([[0, 500]]) }], "percent");
    expect(chart.series[0]?.values).toEqual([0.05]);
    expect(chart.unit).toBe("percent");
  });

  it("names groups by their values and what is beyond the limit", () => {
    const grouped = answer([[0, 1]], {}, { region: "eu" });
    grouped.series.push({ labels: { _other: "true" }, points: [[0, 2]] });
    const line = { metric: "a", aggregation: "avg", label: "avg", groupBy: ["region"] } as const;
    const { series } = joinAnswers([{ line, answer: grouped }]);
    expect(series.map(({ id, label }) => [id, label])).toEqual([
      ['avg:{"region":"eu"}', "eu"],
      ["_other", "other"],
    ]);
    expect(groupLabel({ region: "" })).toBe("(no region)");
    expect(groupLabel({ region: "", payment: "" })).toBe("(none)");
    expect(groupLabel({ method: "GET", status: "200" })).toBe("GET 200");
    expect(groupLabel({ overflow: "true", visitor: "" })).toBe("beyond the limit");
  });

  it("is an empty chart for no answers", () => {
    expect(joinAnswers([])).toMatchObject({ times: [], series: [] });
  });
});
