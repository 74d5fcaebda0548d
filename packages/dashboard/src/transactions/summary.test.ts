import type { QueryResponse } from "@tidegauge/protocol/query";
import { expect, it, vi } from "vitest";
import { loadOverview } from "../services/overview.js";
import { loadTransactions, summarize } from "./summary.js";

function answer(rows: [labels: Record<string, string>, value: number | null][]): QueryResponse {
  const series = rows.map(([labels, value]) => ({ labels, points: [[0, value]] as [number, number | null][] }));
  return { from: 0, to: 100_000, step: 10, unit: "us", series };
}

it("joins rate, mean, p95, errors and share of time by transaction", () => {
  const a = { "transaction.name": "GET /a", "transaction.type": "request" };
  const b = { "transaction.name": "GET /b", "transaction.type": "request" };
  const rows = summarize(
    answer([
      [{ ...a, "event.outcome": "success" }, 90],
      [{ ...a, "event.outcome": "failure" }, 10],
      [{ ...b, "event.outcome": "success" }, 50],
    ]),
    answer([
      [a, 100_000],
      [b, 300_000],
    ]),
    answer([
      [a, 2000],
      [b, 9000],
    ]),
    0,
  );
  expect(rows).toEqual([
    { name: "GET /b", type: "request", count: 50, rate: 0.5, meanUs: 6000, p95Us: 9000, errors: 0, share: 0.75 },
    { name: "GET /a", type: "request", count: 100, rate: 1, meanUs: 1000, p95Us: 2000, errors: 0.1, share: 0.25 },
  ]);
});

it("understands labels in the spelling of the store and leaves out what did not run", () => {
  const labels = { transaction_name: "job", transaction_type: "job", event_outcome: "failure" };
  const rows = summarize(
    answer([
      [labels, 4],
      [{ transaction_name: "idle" }, null],
    ]),
    answer([]),
    answer([]),
    60_000, // the service is only this old: 4 in 40 s of the 100
  );
  expect(rows).toMatchObject([{ name: "job", rate: 0.1, errors: 1, meanUs: null, share: 0 }]);
});

it("joins what is beyond the limit of groups in one row, with the time the other rows leave", () => {
  const labels = { "transaction.name": "GET /a", "transaction.type": "request" };
  const rows = summarize(
    answer([
      [{ ...labels, "event.outcome": "success" }, 100],
      [{ _other: "true" }, 50],
    ]),
    answer([
      [labels, 300],
      // Large, but of few transactions: no row of its own.
      [{ "transaction.name": "GET /rare", "transaction.type": "request" }, 60],
      [{ _other: "true" }, 40],
    ]),
    answer([[labels, 9]]),
    0,
  );
  expect(rows).toEqual([
    { name: "GET /a", type: "request", count: 100, rate: 1, meanUs: 3, p95Us: 9, errors: 0, share: 0.75 },
    { name: "other", type: "", rest: true, count: 50, rate: 0.5, meanUs: 2, p95Us: null, errors: null, share: 0.25 },
  ]);
});

it("asks with a limit, so that many transactions are no error", async () => {
  const asked: URL[] = [];
  vi.stubGlobal("fetch", async (input: string) => {
    asked.push(new URL(input, "http://x/"));
    return new Response(JSON.stringify(answer([])), { headers: { "content-type": "application/json" } });
  });
  await loadTransactions({ from: "now-5m", to: "now" }, 0);
  expect(asked.map(({ searchParams }) => searchParams.get("limit"))).toEqual(["1000", "1000", "1000"]);
  await loadOverview("counts", { from: "now-5m", to: "now" });
  expect(asked[3]?.searchParams.get("limit")).toBe("1000");
  vi.unstubAllGlobals();
});
