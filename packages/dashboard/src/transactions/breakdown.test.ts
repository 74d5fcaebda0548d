import type { BreakdownResponse, Point } from "@tidegauge/protocol/query";
import { expect, it, vi } from "vitest";
import { breakdownShares, loadTransactionTimes, summarizeSpans } from "./breakdown.js";

function response(spans: [type: string, subtype: string, values: (number | null)[]][]): BreakdownResponse {
  return {
    from: 0,
    to: 30_000,
    step: 10_000,
    transactions: [
      {
        name: "GET /",
        type: "request",
        count: 1,
        sumUs: 1,
        spans: spans.map(([type, subtype, values]) => ({
          type,
          subtype,
          count: 1,
          sumUs: 1,
          share: 0,
          points: values.map((value, index): Point => [index * 10_000, value]),
        })),
      },
    ],
  };
}

it("gives each span type its share of every step, the largest first", () => {
  const chart = breakdownShares(
    response([
      ["app", "", [10, 10, null]],
      ["db", "mysql", [30, 30, null]],
    ]),
  );
  expect(chart.series.map(({ label, values }) => [label, values])).toEqual([
    ["db/mysql", [0.75, 0.75, null]],
    ["app", [0.25, 0.25, null]],
  ]);
  expect(chart.unit).toBe("percent");
});

it("counts a type that is absent from a step as no time", () => {
  const chart = breakdownShares(
    response([
      ["app", "", [10, 10, 10]],
      ["db", "", [null, 10, null]],
    ]),
  );
  expect(chart.series.find(({ label }) => label === "db")?.values).toEqual([0, 0.5, 0]);
});

it("sums up the smallest types as the rest", () => {
  const types = Array.from({ length: 12 }, (_, index): [string, string, number[]] => [`t${index}`, "", [100 - index]]);
  const chart = breakdownShares(response(types));
  expect(chart.series).toHaveLength(9);
  expect(chart.series.at(-1)?.id).toBe("_other");
  const total = chart.series.reduce((sum, { values }) => sum + (values[0] ?? 0), 0);
  expect(total).toBeCloseTo(1, 10);
});

it("says how many spans one run has and how long each takes", () => {
  const answer = response([
    ["app", "", [1]],
    ["db", "mysql", [1]],
  ]);
  const [transaction] = answer.transactions;
  if (transaction === undefined) throw new Error("no transaction");
  transaction.count = 10;
  Object.assign(transaction.spans[0] ?? {}, { count: 10, sumUs: 1000 });
  Object.assign(transaction.spans[1] ?? {}, { count: 250, sumUs: 9000 });
  expect(summarizeSpans(answer)).toEqual([
    { label: "db/mysql", perTransaction: 25, meanUs: 36, share: 0.9 },
    { label: "app", perTransaction: 1, meanUs: 100, share: 0.1 },
  ]);
  expect(summarizeSpans({ ...answer, transactions: [] })).toEqual([]);
});

it("makes the table of transactions of an agent without durations, with nothing it cannot know", async () => {
  const of = (name: string, count: number, sumUs: number) => ({ name, type: "request", count, sumUs, spans: [] });
  const transactions = [of("GET /a", 20, 60_000), of("GET /b", 0, 10_000), of("_other", 5, 30_000)];
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (url: string) => {
    asked.push(url);
    return Response.json({ from: 0, to: 20_000, step: 20_000, transactions });
  });
  const rows = await loadTransactionTimes({ service: "old", node: "web-1", from: "0", to: "20000" }, 10_000);
  vi.unstubAllGlobals();
  expect(asked).toEqual(["api/v1/breakdown?service=old&node=web-1&from=0&to=20000&step=36500d"]);
  const unknown = { type: "request", p95Us: null, errors: null };
  expect(rows).toEqual([
    { name: "GET /a", count: 20, rate: 2, meanUs: 3000, share: 0.6, ...unknown },
    { name: "_other", rest: true, count: 5, rate: 0.5, meanUs: 6000, share: 0.3, ...unknown },
  ]);
});
