import type { ProcessesResponse, ProcessSummary, QueryResponse } from "@tidegauge/protocol/query";
import { expect, it } from "vitest";
import { processMarkers, totalMarkers } from "./detect.js";

const FROM = Date.UTC(2026, 4, 5);

/** A process whose first sample came `second` seconds after the start of the range. */
function process(id: string, second: number, more: Partial<ProcessSummary> = {}): ProcessSummary {
  return {
    id,
    service: "shop",
    node: "web-1",
    environment: null,
    version: "1.0.0",
    agent: { name: "nodejs", version: "1" },
    firstSeen: new Date(FROM + second * 1000).toISOString(),
    lastSeen: new Date(FROM + 3_600_000).toISOString(),
    replaces: null,
    ...more,
  };
}

const processes = (...list: ProcessSummary[]): ProcessesResponse => ({
  from: FROM,
  to: FROM + 60_000,
  total: list.length,
  processes: list,
});

const at = (second: number) => FROM + second * 1000;

it("marks a process that came in place of another, in the range, on its node", () => {
  const markers = processMarkers(
    processes(process("a", -600), process("b", -10, { replaces: "z" }), process("c", 30, { replaces: "a" })),
  );
  expect(markers).toEqual([{ timeMs: at(30), kind: "restart", text: "web-1 restarted" }]);
});

it("marks no process that is only one more", () => {
  expect(processMarkers(processes(process("a", -600), process("b", 5)))).toEqual([]);
});

it("marks workers that restart together once, and each node for itself", () => {
  const other = { node: "web-2" };
  const markers = processMarkers(
    processes(
      process("a", -600),
      process("c", 10, { replaces: "a" }),
      process("d", 11, { replaces: "b", ...other }),
      process("e", 20, { replaces: "x" }),
      process("f", 50, { replaces: "y" }),
    ),
  );
  expect(markers.map(({ timeMs, text }) => [timeMs, text])).toEqual([
    [at(10), "web-1 restarted, 2 processes"],
    [at(11), "web-2 restarted"],
    [at(50), "web-1 restarted"],
  ]);
});

it("marks where a new version begins, not the one that was there, nor none", () => {
  const markers = processMarkers(
    processes(
      process("a", -600),
      process("b", 30, { version: "1.0.1" }),
      process("c", 40, { version: "1.0.1" }),
      process("d", 50, { version: null }),
    ),
  );
  expect(markers).toEqual([{ timeMs: at(30), kind: "version", text: "Version 1.0.1 began to report" }]);
  expect(processMarkers(processes(process("a", 20)))).toEqual([]);
});

const totals = (values: (number | null)[]): QueryResponse => ({
  from: 0,
  to: 60_000,
  step: 10_000,
  unit: null,
  series: [{ labels: { "service.node.name": "web-1" }, points: values.map((value, i) => [i * 10_000, value]) }],
});

it("marks where the total of the only process of a node begins anew", () => {
  const alone = processes(process("a", -600));
  expect(totalMarkers(totals([100, 200, null, 3, 50]), alone)).toEqual([
    { timeMs: 30_000, kind: "restart", text: "web-1 restarted" },
  ]);
  expect(totalMarkers(totals([100, 200, 110, 210]), alone)).toEqual([]);
});

it("takes no total of several processes for a restart: one may just have ended", () => {
  expect(totalMarkers(totals([400, 100]), processes(process("a", -600), process("b", -600)))).toEqual([]);
});
