import type { MetricSummary } from "@tidegauge/protocol/query";
import { describe, expect, it } from "vitest";
import { aggregatedUnit, aggregationsFor, dimensionsFor, readSelection, selectionQuery } from "./selection.js";

const times = { from: "now-1h", to: "now" };

describe("the explorer's state in the URL", () => {
  it("reads everything it shows", () => {
    const parameters = new URLSearchParams(
      "service=shop&metric=orders&aggregation=rate&by=region&by=host.name&filter=region:eu:1&filter=broken&view=stack",
    );
    expect(readSelection(parameters)).toEqual({
      service: "shop",
      metric: "orders",
      aggregation: "rate",
      groupBy: ["region", "host.name"],
      filters: ["region:eu:1"],
      view: "stack",
    });
  });

  it("falls back where the URL is wrong", () => {
    const selection = readSelection(new URLSearchParams("aggregation=median&view=pie"));
    expect(selection).toMatchObject({ aggregation: undefined, view: "line", metric: undefined });
    expect(selectionQuery(selection, "gauge", times)).toBeUndefined();
  });

  it("becomes the query, with the usual aggregation of the kind", () => {
    const selection = readSelection(new URLSearchParams("metric=orders&by=region"));
    expect(selectionQuery(selection, "cumulative", times)).toMatchObject({
      metric: "orders",
      aggregation: "rate",
      groupBy: ["region"],
      limit: 10,
    });
  });
});

it("offers what makes sense for a kind, and its unit", () => {
  expect(aggregationsFor("gauge")[0]).toBe("avg");
  expect(aggregationsFor("histogram")).toContain("p95");
  expect(aggregationsFor("gauge")).not.toContain("rate");
  expect(aggregatedUnit("byte", "delta", "rate")).toBe("byte/s");
  expect(aggregatedUnit("us", "histogram", "rate")).toBe("/s");
  expect(aggregatedUnit("us", "histogram", "p95")).toBe("us");
  expect(aggregatedUnit("us", "histogram", "count")).toBeNull();
});

it("groups by labels first, and by service only across services", () => {
  const metric = { name: "orders", labels: ["region"] } as MetricSummary;
  expect(dimensionsFor(metric, "shop").slice(0, 2)).toEqual(["region", "service.node.name"]);
  expect(dimensionsFor(metric, undefined)).toContain("service.name");
});
