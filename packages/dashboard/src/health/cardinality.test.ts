import { afterEach, expect, it, vi } from "vitest";
import { loadCardinality, widestLabel } from "./cardinality.js";

afterEach(() => vi.unstubAllGlobals());

it("names the label that makes the series", () => {
  expect(widestLabel({ region: ["eu", "us"], user: ["1", "2", "3"], empty: [] })).toEqual({ label: "user", values: 3 });
  expect(widestLabel({})).toEqual({ label: null, values: 0 });
});

it("REG-37 tells which metrics have met the limit, and never blames the label that says so", async () => {
  const metric = (name: string, series: number, labels: string[]) => ({ name, series, labels });
  vi.stubGlobal("fetch", async (url: string) => {
    if (url.startsWith("api/v1/metrics"))
      return Response.json({ metrics: [metric("up", 1, []), metric("views", 3, ["overflow", "visitor"])] });
    return Response.json({ labels: { overflow: ["true"], visitor: ["a", "b"] } });
  });
  expect(await loadCardinality()).toEqual([
    { metric: "views", series: 3, label: "visitor", values: 2, overflows: true },
    { metric: "up", series: 1, label: null, values: 0, overflows: false },
  ]);
});
