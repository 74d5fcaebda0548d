import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judge, performancePage } from "./generate-performance.mjs";

const goal = {
  goal: "a counter",
  unit: "ns",
  limit: 2,
  ours: ["figures", { name: "ours" }, "ns"],
  rival: { name: "other", at: ["figures", { name: "other" }, "ns"], whenSet: 20 },
  reason: "because",
};
const results = (ours, other) => ({
  date: "2026-11-26T00:00:00Z",
  figures: [
    { name: "ours", ns: ours },
    { name: "other", ns: other },
  ],
});

describe("a goal", () => {
  it("is met when its figure is, and the ratio the figure had to the rival when it was set", () => {
    assert.equal(judge(goal, results(2, 20)).state, "met");
    assert.equal(judge(goal, results(2, 10)).state, "figure only");
    assert.equal(judge(goal, results(3, 40)).state, "ratio only");
    assert.equal(judge(goal, results(3, 20)).state, "missed");
    assert.equal(judge({ ...goal, rival: undefined }, results(3, 20)).state, "missed");
    assert.equal(judge({ ...goal, atLeast: true }, results(3, 20)).state, "met");
  });

  it("is not measured without its figure", () => {
    assert.equal(judge(goal, undefined).state, "not measured");
    assert.equal(judge(goal, { figures: [] }).state, "not measured");
    assert.equal(judge(goal, results(-1, 20)).state, "not measured"); // a difference in the noise
  });
});

/** With plain spaces. */
const pageOf = (...args) => performancePage(...args).replaceAll("\u00a0", " ");

describe("the page", () => {
  const parts = [{ title: "Recording", file: "recording", run: "node x.mjs", what: "CPU time.", goals: [goal] }];

  it("names every goal with ours, the rival's, the ratio, and the reason of each that is not met", () => {
    const page = pageOf(parts, () => results(3, 20));
    assert.match(page, /\| a counter \| ≤ 2 ns \| 3 ns \| 20 ns \(other\) \| 0.15 \| ≤ 0.1 \| \*\*missed\*\* \|/);
    assert.match(page, /- a counter \(3 ns, ≤ 2 ns; missed\): because/);
  });

  it("takes a reason from the benchmark and goals from one list alone", () => {
    const stated = [
      { goal: "a counter", unit: "ns", ours: 3, limit: 2, met: true, reason: "since then" },
      { goal: "counter, by another name", unit: "ns", ours: 3, limit: 2, met: true },
    ];
    const page = pageOf(parts, () => ({ ...results(3, 20), goals: stated }));
    assert.match(page, /missed\): since then/);
    assert.doesNotMatch(page, /another name/);
    assert.match(page, /\*\*0 of 1 goals are met\*\*/);
  });
});
