import { expect, it } from "vitest";
import { toCsv } from "./exports.js";

it("writes a line a step and a column a series, quoted where needed", () => {
  const csv = toCsv({
    times: [0, 10_000],
    fromMs: 0,
    toMs: 20_000,
    stepMs: 10_000,
    unit: null,
    series: [
      { id: "a", label: 'GET "x", y', values: [1.5, null], style: "line" },
      { id: "b", label: "b", values: [0, 2], style: "line" },
    ],
  });
  expect(csv).toBe('time,"GET ""x"", y",b\r\n1970-01-01T00:00:00.000Z,1.5,0\r\n1970-01-01T00:00:10.000Z,,2\r\n');
});

it("lets no label be a formula, and leaves numbers alone", () => {
  const labels = ['=HYPERLINK("x")', "+1", "-1", "@a", "\tb", "a=b"];
  const series = labels.map((label) => ({ id: label, label, values: [-1], style: "line" as const }));
  const csv = toCsv({ times: [0], fromMs: 0, toMs: 1, stepMs: 1, unit: null, series });
  expect(csv.split("\r\n")).toEqual([
    `time,"'=HYPERLINK(""x"")",'+1,'-1,'@a,'\tb,a=b`,
    "1970-01-01T00:00:00.000Z,-1,-1,-1,-1,-1,-1",
    "",
  ]);
});
