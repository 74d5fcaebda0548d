import type { QueryResponse } from "@tidegauge/protocol/query";

/** Computes `first - second` or `first ÷ second` point by point; groups are matched by their labels. */
export function combine(first: QueryResponse, second: QueryResponse, how: "minus" | "over"): QueryResponse {
  const others = new Map(second.series.map((series) => [JSON.stringify(series.labels), new Map(series.points)]));
  const compute = how === "minus" ? difference : quotient;
  const series = first.series.map(({ labels, points }) => {
    const other = others.get(JSON.stringify(labels));
    return {
      labels,
      points: points.map(([time, value]): [number, number | null] => {
        const operand = other?.get(time) ?? null;
        return [time, value === null || operand === null ? null : compute(value, operand)];
      }),
    };
  });
  return { ...first, series };
}

const difference = (first: number, second: number): number => first - second;
const quotient = (first: number, second: number): number | null => (second === 0 ? null : first / second);
