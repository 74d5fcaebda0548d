import type { QueryResponse } from "@tidegauge/protocol/query";
import { expect, it } from "vitest";
import { joinOverview as joinFrom, type OverviewAnswers } from "./overview.js";

function answer(series: [labels: Record<string, string>, values: (number | null)[]][]): QueryResponse {
  return {
    from: 0,
    to: 35_000,
    step: 10_000,
    unit: null,
    series: series.map(([labels, values]) => ({ labels, points: values.map((value, i) => [i * 10_000, value]) })),
  };
}

/** `firstSeenMs`: of every service. */
const joinOverview = (answers: OverviewAnswers, firstSeenMs = 0) =>
  joinFrom(answers, new Map(["shop", "worker"].map((name) => [name, firstSeenMs])));

it("joins throughput, errors, percentile, CPU and memory by service", () => {
  const overview = joinOverview({
    counts: answer([
      [{ "service.name": "shop", "event.outcome": "success" }, [90, 90, 90, 5]],
      [{ "service.name": "shop", "event.outcome": "failure" }, [10, 10, 10, null]],
    ]),
    p95: answer([[{ "service.name": "shop" }, [295]]]),
    p95Steps: answer([[{ "service.name": "shop" }, [100, 300]]]),
    cpu: answer([
      [{ "service.name": "shop" }, [0.1, 0.3]],
      [{ "service.name": "worker" }, [0.5]],
    ]),
    memory: answer([[{ "service.name": "shop" }, [50, 70, null]]]),
    heap: answer([[{ "service.name": "shop" }, [50, 70, null]]]),
    overflow: answer([[{ "service.name": "shop" }, [3, null, 4]]]),
  });
  const shop = overview.get("shop");
  // The step under way (30–40 s of a range that ends at 35 s) is not counted.
  expect(shop?.throughput).toEqual({ value: 10, values: [10, 10, 10, null] });
  expect(shop?.errors).toEqual({ value: 0.1, values: [0.1, 0.1, 0.1, null] });
  // Of the range, not the mean of its steps: few transactions in one step must not count like many in another.
  expect(shop?.p95).toEqual({ value: 295, values: [100, 300] });
  expect(shop?.cpu.value).toBeCloseTo(0.2);
  expect(shop?.memory.value).toBe(70);
  expect(shop).toMatchObject({ heapGrowth: null, overflowed: 7 });
  expect(overview.get("worker")).toMatchObject({ throughput: { value: null }, cpu: { value: 0.5 } });
});

it("is all dashes when no service has the metrics", () => {
  expect(joinOverview({ counts: null, p95: null, cpu: null, memory: null }).size).toBe(0);
});

it("has the numbers of a service whose first step is not over yet, over the time that has passed", () => {
  const young: QueryResponse = {
    from: 0,
    to: 20_000,
    step: 3_600_000,
    unit: null,
    series: [
      { labels: { "service.name": "shop", "event.outcome": "success" }, points: [[0, 30]] },
      { labels: { "service.name": "shop", "event.outcome": "failure" }, points: [[0, 10]] },
    ],
  };
  const shop = joinOverview({ counts: young }).get("shop");
  expect(shop?.throughput).toEqual({ value: 2, values: [2] });
  expect(shop?.errors.value).toBe(0.25);
});

it("has the transactions of a moment over the whole range, and zero where none were reported", () => {
  const counts = answer([
    [{ "service.name": "shop", "event.outcome": "success" }, [null, 60, null, null]],
    [{ "service.name": "worker", "event.outcome": "success" }, [null, null, null, 5]],
  ]);
  const overview = joinOverview({ counts });
  expect(overview.get("shop")?.throughput).toEqual({ value: 2, values: [null, 6, 0, null] });
  expect(overview.get("worker")?.throughput.value).toBeCloseTo(5 / 35);
});

it("has a rate over the time since the service was first heard of", () => {
  const counts = answer([[{ "service.name": "shop", "event.outcome": "success" }, [null, 60, null, null]]]);
  expect(joinOverview({ counts }, 13_000).get("shop")?.throughput.value).toBe(3);
});

it("shows the percentile of the range before those of its steps are there", () => {
  const p95 = answer([[{ "service.name": "shop" }, [295]]]);
  expect(joinOverview({ p95 }).get("shop")?.p95).toEqual({ value: 295, values: [] });
});
