import type { Point, QueryResponse, QuerySeries } from "@tidegauge/protocol/query";

/** The label by which running totals are asked for. */
export const NODE = "service.node.name";

/** Nodes in an answer: as many as there may be (QRY-23). The rest is one sum of ever other nodes, which tells no increase. */
export const MOST_NODES = 1_000;

type Totals = readonly [first: number, second: number];
type Growth = readonly (Totals | null)[];

/**
 * Divides what running totals grew by, from two answers by node with the greatest of its processes' totals, as all in a container send the same ones.
 * Each node is compared with itself, and only then added: nodes report at other times, come and go, and totals of years differ from those of minutes.
 * Gives one line for all nodes; with `apart` one each of so many, the largest, and one of the rest.
 */
export function increases(first: QueryResponse, second: QueryResponse, apart = 0): QueryResponse {
  const times = first.series[0]?.points.map(([time]) => time) ?? [];
  const others = new Map(second.series.map(({ labels, points }) => [labels[NODE], new Map(points)]));
  const nodes = first.series
    .filter(({ labels }) => labels._other === undefined)
    .map(({ labels, points }) => ({ labels, growth: growthOf(points, others.get(labels[NODE])) }));
  const line = (labels: QuerySeries["labels"], growths: readonly Growth[]): QuerySeries => ({
    labels,
    points: times.map((time, step) => [time, quotient(growths.map((growth) => growth[step] ?? null))]),
  });
  if (apart === 0) {
    const all = nodes.map(({ growth }) => growth);
    return { ...first, series: [line({}, all)] };
  }
  const ranked = nodes
    .map(({ labels, growth }) => ({ labels, growth, size: quotient(growth) ?? 0 }))
    .sort((a, b) => b.size - a.size);
  const rest = ranked.slice(apart).map(({ growth }) => growth);
  return {
    ...first,
    series: [
      ...ranked.slice(0, apart).map(({ labels, growth }) => line(labels, [growth])),
      ...(rest.length > 0 ? [line({ _other: "true" }, rest)] : []),
    ],
  };
}

/** The increases of the first over those of the second, all added. */
function quotient(growth: Growth): number | null {
  let [first, second] = [0, 0];
  for (const grown of growth) {
    first += grown?.[0] ?? 0;
    second += grown?.[1] ?? 0;
  }
  return second === 0 ? null : first / second;
}

/**
 * What a node's totals grew by in each step since the one before with values; null where they did not. Totals that fell belong to another container
 * and are counted from there; but if the next are higher again, one of several containers was late, which is bridged.
 */
function growthOf(points: readonly Point[], others: ReadonlyMap<number, number | null> | undefined): Growth {
  let before: Totals | undefined;
  let fallen: Totals | undefined;
  return points.map(([time, first]) => {
    const second = others?.get(time) ?? null;
    if (first === null || second === null) return null;
    const totals: Totals = [first, second];
    const isLow = before !== undefined && (first < before[0] || second < before[1]);
    if (isLow && fallen === undefined) {
      fallen = totals;
      return null;
    }
    const start = isLow ? fallen : before;
    before = totals;
    fallen = undefined;
    if (start === undefined || first < start[0] || second <= start[1]) return null;
    return [first - start[0], second - start[1]];
  });
}
