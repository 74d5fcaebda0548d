import type { MetricSummary, QueryResponse } from "@tidegauge/protocol/query";
import { afterEach, describe, expect, it, vi } from "vitest";
import { panelsFor } from "./catalog.js";
import { increases } from "./increases.js";
import { loadPanel } from "./load.js";
import { splitByNode } from "./split.js";

type Values = readonly (number | null)[];

/** The answer of a server for totals by node. */
function answer(nodes: Readonly<Record<string, Values>>): QueryResponse {
  const series = Object.entries(nodes).map(([node, values]) => ({
    labels: node === "_other" ? { _other: "true" } : { "service.node.name": node },
    points: values.map((value, step): [number, number | null] => [step * 30_000, value]),
  }));
  return { from: 0, to: 240_000, step: 30_000, unit: null, series: series as QueryResponse["series"] };
}

/** Values by the name of the line, `all` without a label. */
const lines = ({ series }: QueryResponse) =>
  Object.fromEntries(
    series.map(({ labels, points }) => [
      labels["service.node.name"] ?? (labels._other ? "_other" : "all"),
      points.map(([, value]) => value),
    ]),
  );

/** What three containers of different ages have waited and lived through, in periods; each waits in a tenth of them now, c waited more in its past. */
const AGES = { a: [36_000, 360_000], b: [3_600, 36_000], c: [8_000, 37_000] } as const;

/** Their totals in eight steps, without what `misses` says. */
function three(which: 0 | 1, misses: (node: string, step: number) => boolean): QueryResponse {
  const grows = which === 0 ? 30 : 300;
  const totals = (node: string, start: number) =>
    Array.from({ length: 8 }, (_, step) => (misses(node, step) ? null : start + grows * step));
  return answer(Object.fromEntries(Object.entries(AGES).map(([node, start]) => [node, totals(node, start[which])])));
}

describe("running totals of several nodes", () => {
  const all = (misses: (node: string, step: number) => boolean) =>
    lines(increases(three(0, misses), three(1, misses))).all;
  const steady = [null, ...Array<number>(7).fill(0.1)];

  it("are compared on each node, then added", () => {
    expect(all(() => false)).toEqual(steady);
    const waited = answer({ busy: [100, 150], idle: [7, 7] });
    const lived = answer({ busy: [1000, 1100], idle: [900_000, 900_400] });
    expect(lines(increases(waited, lived))).toEqual({ all: [null, 0.1] });
  });

  it("do not mind two nodes that are late one after the other", () => {
    expect(all((node, step) => (node === "b" && step === 3) || (node === "c" && step === 4))).toEqual(steady);
  });

  it("give nothing where each node has reported once, in a step of its own", () => {
    expect(all((node, step) => step !== "abc".indexOf(node) * 2)).toEqual(Array<null>(8).fill(null));
  });

  it("leave out a node that the other answer does not know, and the sum of ever other nodes", () => {
    const waited = answer({ a: [10, 20], gone: [5, 500], _other: [0, 90_000] });
    const lived = answer({ a: [100, 200], new: [3, 300], _other: [0, 1] });
    expect(lines(increases(waited, lived))).toEqual({ all: [null, 0.1] });
  });

  it("are a line each where that is asked for, of the largest, and one of the rest", () => {
    const waited = answer({ a: [0, 10], b: [0, 30], c: [0, 20], d: [5, 5], new: [null, 9] });
    const lived = answer({ a: [0, 100], b: [0, 100], c: [0, 100], d: [0, 100], new: [null, 90] });
    const apart = increases(waited, lived, 2);
    expect(lines(apart)).toEqual({ b: [null, 0.3], c: [null, 0.2], _other: [null, 0.05] });
    expect(apart.series.map(({ labels }) => labels["service.node.name"])).toEqual(["b", "c", undefined]);
    expect(Object.keys(lines(increases(waited, lived, 5)))).toEqual(["b", "c", "a", "d", "new"]);
  });

  it("are no line without an answer", () => {
    expect(lines(increases(answer({}), answer({})))).toEqual({ all: [] });
  });
});

describe("running totals of one node", () => {
  const shares = (first: Values, second: Values) => lines(increases(answer({ a: first }), answer({ a: second }))).all;

  it("are compared by what they grew since the value before, over steps without one too", () => {
    expect(shares([100, 105, null, 115], [1000, 1010, null, 1030])).toEqual([null, 0.5, null, 0.5]);
    expect(shares([100, 100], [1000, 1000])).toEqual([null, null]);
  });

  it("bridge the report of a container that comes a step late, where the node has several", () => {
    expect(shares([100, 30, 110], [1000, 320, 1040])).toEqual([null, null, 0.25]);
  });

  it("are counted anew once a container has ended or begun again", () => {
    expect(shares([100, 20, 25, 27, 27], [1000, 200, 210, 220, 220])).toEqual([null, null, 0.5, 0.2, null]);
    expect(shares([100, 20, 0], [1000, 200, 0])).toEqual([null, null, null]);
  });
});

describe("the panels of a container's CPU", () => {
  afterEach(() => vi.unstubAllGlobals());

  const name = (metric: string) => `system.process.cgroup.${metric}`;
  const metrics = ["cpu.stats.throttled.periods", "cpu.stats.periods"].map(
    (metric) => ({ name: name(metric) }) as MetricSummary,
  );
  const panel = panelsFor(metrics).find(({ id }) => id === "cgroup-throttled");
  if (panel === undefined) throw new Error("no panel");

  it("ask for the greatest total of each node, of every node, and draw all together or each", async () => {
    const asked: URLSearchParams[] = [];
    vi.stubGlobal("fetch", async (url: string) => {
      const parameters = new URLSearchParams(url.split("?")[1]);
      asked.push(parameters);
      const which = parameters.get("metric") === name("cpu.stats.periods") ? 1 : 0;
      return Response.json(three(which, (node, step) => step === 3 && node === "b"));
    });
    const scope = { service: "shop", from: "now-4m", to: "now" };
    const together = await loadPanel(panel, scope);
    expect(asked.map((one) => ["group_by", "aggregation", "limit"].map((key) => one.get(key)))).toEqual(
      Array(2).fill(["service.node.name", "max", "1000"]),
    );
    expect(together.series.map(({ label, values }) => [label, values[4]])).toEqual([["share of periods", 0.1]]);
    const each = await loadPanel(splitByNode(panel), scope);
    expect(each.series.map(({ label, values }) => [label, values[3], values[4]])).toEqual([
      ["a", 0.1, 0.1],
      ["b", null, 0.1],
      ["c", 0.1, 0.1],
    ]);
  });
});
