import type { Sample } from "@tidegauge/protocol";
import { describe, expect, it } from "vitest";
import { meaningOf, metricKind } from "./kind.js";

const histogram: Sample = { values: [1], counts: [1], type: "histogram" };
const ours = (name: string, sample: Sample): unknown => meaningOf(name, sample, true, "nodejs");
const foreign = (name: string, sample: Sample, agent = "java"): unknown => meaningOf(name, sample, false, agent);
const said = (kind: string): unknown => ({ kind, inferred: false });
const inferred = (kind: string): unknown => ({ kind, inferred: true });

describe("meaningOf", () => {
  it("QRY-2 REG-33e takes what is marked as a delta for one, from every agent", () => {
    expect(ours("jobs", { value: 1, temporality: "delta" })).toEqual(said("delta"));
    expect(foreign("jobs", { value: 1, temporality: "delta" })).toEqual(said("delta"));
    expect(ours("lat", { ...histogram, temporality: "delta" })).toEqual(said("histogram_delta"));
  });

  it("QRY-3 takes unmarked counters, timers and histograms of our agent as cumulative", () => {
    expect(ours("jobs", { value: 1 })).toEqual(said("cumulative"));
    expect(ours("jobs", { value: 1, type: "counter" })).toEqual(said("cumulative"));
    expect(ours("took.sum.us", { value: 1 })).toEqual(said("cumulative"));
    expect(ours("lat", histogram)).toEqual(said("histogram_cumulative"));
    expect(ours("depth", { value: 1, type: "gauge" })).toEqual(said("gauge"));
  });

  it("QRY-4 goes by name and type for other agents, and infers the rest", () => {
    expect(foreign("span.self_time.count", { value: 1 })).toEqual(said("delta"));
    expect(foreign("agent.events.total", { value: 1 })).toEqual(said("delta"));
    expect(foreign("agent.queue.pct", { value: 1, type: "gauge" })).toEqual(said("gauge"));
    expect(foreign("requests", { value: 1, type: "counter" })).toEqual(said("delta"));
    expect(foreign("prometheus.metrics.requests_total", { value: 1 })).toEqual(said("cumulative"));
    expect(foreign("prometheus.metrics.lat", histogram)).toEqual(said("histogram_cumulative"));
    expect(foreign("custom.counter", { value: 1 }, "python")).toEqual(inferred("cumulative"));
    expect(foreign("custom.timer.sum.us", { value: 1 })).toEqual(inferred("cumulative"));
    expect(foreign("system.memory.total", { value: 1 }, "nodejs")).toEqual(inferred("gauge"));
  });

  it("QRY-5 leaves an unmarked histogram of another agent to its first reports", () => {
    expect(foreign("lat", histogram)).toEqual(inferred("histogram_unknown"));
  });

  it("QRY-1 has four kinds for the query API", () => {
    const kinds = [
      "gauge",
      "delta",
      "cumulative",
      "histogram_delta",
      "histogram_cumulative",
      "histogram_unknown",
    ] as const;
    expect(kinds.map(metricKind)).toEqual(["gauge", "delta", "cumulative", "histogram", "histogram", "histogram"]);
  });
});
