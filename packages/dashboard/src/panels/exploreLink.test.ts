import { expect, it } from "vitest";
import { exploreLink } from "./exploreLink.js";

const here = new URLSearchParams("from=now-1h&node=vm");

it("leads to the numbers of the panel: its node, its environment, its groups and filters", () => {
  const line = { metric: "orders", aggregation: "rate", groupBy: ["region"], filters: ["plan:gold"] } as const;
  const link = exploreLink(line, { service: "shop", node: "vm:1", environment: "demo" }, here);
  expect([...new URLSearchParams(link?.slice("#/explore?".length))]).toEqual([
    ["from", "now-1h"],
    ["service", "shop"],
    ["metric", "orders"],
    ["aggregation", "rate"],
    ["by", "region"],
    ["filter", "service.node.name:vm:1"],
    ["filter", "service.environment:demo"],
    ["filter", "plan:gold"],
  ]);
});

it("asks for a rate where the panel shows a count a second, and for nothing it does not narrow", () => {
  const line = { metric: "d", aggregation: "count", perSecond: true } as const;
  expect(exploreLink(line, { service: "shop" }, here)).toBe(
    "#/explore?from=now-1h&service=shop&metric=d&aggregation=rate",
  );
  expect(exploreLink({ metric: "d", view: "heatmap" }, {}, here)).toBe("#/explore?from=now-1h&metric=d&view=heatmap");
});

it("leads to the first of two metrics, and nowhere from the increases of running totals", () => {
  const line = {
    metric: "total",
    aggregation: "max",
    combine: { how: "minus", metric: "free", aggregation: "max" },
  } as const;
  expect(exploreLink(line, {}, here)).toBe("#/explore?from=now-1h&metric=total&aggregation=max");
  expect(exploreLink({ ...line, combine: { ...line.combine, how: "increases" } }, {}, here)).toBeUndefined();
});
