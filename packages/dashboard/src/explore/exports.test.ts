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
