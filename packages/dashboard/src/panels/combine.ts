import type { QueryResponse, QuerySeries } from "@tidegauge/protocol/query";
import type { PanelLine } from "./spec.js";

type How = NonNullable<PanelLine["combine"]>["how"];
type Pair = readonly [first: number, second: number];

/** Computes `first - second`, `first ÷ second` or the quotient of their increases point by point; groups are matched by their labels. */
export function combine(first: QueryResponse, second: QueryResponse, how: How): QueryResponse {
  const others = new Map(second.series.map((series) => [JSON.stringify(series.labels), new Map(series.points)]));
  const series = first.series.map(({ labels, points }): QuerySeries => {
    const other = others.get(JSON.stringify(labels));
    const compute = how === "minus" ? difference : how === "over" ? quotient : increases();
    return {
      labels,
      points: points.map(([time, value]) => {
        const operand = other?.get(time) ?? null;
        return [time, value === null || operand === null ? null : compute([value, operand])];
      }),
    };
  });
  return { ...first, series };
}

const difference = ([first, second]: Pair): number => first - second;
const quotient = ([first, second]: Pair): number | null => (second === 0 ? null : first / second);

/**
 * Divides what running totals grew by since the pair before; null where they did not. The totals are sums over processes:
 * one whose report comes a step late makes them fall and rise again, which is bridged; where they stay low, one has ended,
 * and they are counted from there.
 */
function increases(): (pair: Pair) => number | null {
  let before: Pair | undefined;
  let fallen: Pair | undefined;
  return (pair) => {
    const isLow = before !== undefined && (pair[0] < before[0] || pair[1] < before[1]);
    if (isLow && fallen === undefined) {
      fallen = pair;
      return null;
    }
    const start = isLow ? fallen : before;
    before = pair;
    fallen = undefined;
    const grown = start === undefined || pair[0] < start[0] ? undefined : pair[1] - start[1];
    return start === undefined || grown === undefined || grown <= 0 ? null : (pair[0] - start[0]) / grown;
  };
}
