import { ONE_STEP, runQuery } from "../api/query.js";
import { useResource } from "../api/useResource.js";
import { FilterValue } from "./FilterValue.js";

export interface DimensionValueProps {
  name: string;
  service: string | undefined;
  metric: string;
  times: { from: string; to: string };
  tick: number;
  onChoose(filter: string): void;
}

/** Values offered at most; more are no choice any more. */
const MOST_VALUES = 1000;

/** The choice of a dimension's value: the groups the metric has by it in the time range, which no list of labels names. */
export function DimensionValue({ name, service, metric, times, tick, onChoose }: DimensionValueProps) {
  const { data, error } = useResource(JSON.stringify([name, service, metric, times]), tick, async (signal) => {
    const query = { ...times, service, metric, aggregation: "count", groupBy: [name], step: ONE_STEP } as const;
    const { series } = await runQuery({ ...query, limit: MOST_VALUES }, signal);
    return series
      .filter(({ labels }) => labels._other !== "true")
      .map(({ labels }) => labels[name] ?? "")
      .sort();
  });
  return <FilterValue name={name} values={data} failed={error !== undefined} onChoose={onChoose} />;
}
