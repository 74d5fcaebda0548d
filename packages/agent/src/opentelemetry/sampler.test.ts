import { expect, it } from "vitest";
import { BreakdownSampler } from "./sampler.js";

it("TR-32 turns `do not record` into `record, do not sample`, and leaves the rest", () => {
  const decisions = [0, 1, 2];
  let asked = 0;
  const inner = {
    shouldSample: () => ({ decision: decisions[asked++] as number, attributes: { a: 1 }, traceState: "state" }),
    toString: () => "Inner{}",
  };
  const sampler = new BreakdownSampler(inner);
  const results = decisions.map(() => sampler.shouldSample());
  expect(results).toEqual([
    { decision: 1, attributes: { a: 1 }, traceState: "state" },
    { decision: 1, attributes: { a: 1 }, traceState: "state" },
    { decision: 2, attributes: { a: 1 }, traceState: "state" },
  ]);
  expect(sampler.toString()).toBe("BreakdownSampler{Inner{}}");
});
