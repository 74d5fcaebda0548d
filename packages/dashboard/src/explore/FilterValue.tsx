import type { LabelsResponse } from "@tidegauge/protocol/query";
import { getJson } from "../api/client.js";
import { ONE_STEP, runQuery } from "../api/query.js";
import { useResource } from "../api/useResource.js";

export interface FilterValueProps {
  /** The label or dimension filtered by. */
  name: string;
  isLabel: boolean;
  service: string | undefined;
  metric: string;
  times: { from: string; to: string };
  /** New values come with new data: what is offered is read again now and then. */
  tick: number;
  /** Takes `name:value`. */
  onChoose(filter: string): void;
}

/** Values offered at most; more are no choice any more. */
const MOST_VALUES = 1000;

/** How a filter's value is written; series without the label have the empty one. */
export function valueText(value: string): string {
  return value === "" ? "(none)" : value;
}

/**
 * The values there are to filter by: those of a label as the server lists them, those of a dimension as the groups of
 * this metric in the time range.
 */
export function FilterValue({ name, isLabel, service, metric, times, tick, onChoose }: FilterValueProps) {
  const values = useResource(
    JSON.stringify([name, isLabel, service, metric, times]),
    Math.floor(tick / 3),
    async (signal): Promise<string[]> => {
      if (isLabel) {
        const { labels } = await getJson<LabelsResponse>("api/v1/labels", { service, metric }, signal);
        return labels[name] ?? [];
      }
      const query = { ...times, service, metric, aggregation: "count", groupBy: [name], step: ONE_STEP } as const;
      const { series } = await runQuery({ ...query, limit: MOST_VALUES }, signal);
      return series
        .filter(({ labels }) => labels._other !== "true")
        .map(({ labels }) => labels[name] ?? "")
        .sort();
    },
  );
  return (
    <select
      aria-label={`Value of ${name}`}
      value=""
      onChange={(event) => onChoose(`${name}:${event.currentTarget.value.slice(1)}`)}
    >
      <option value="">{values.data ? "is…" : values.error ? "Values could not be read" : "Reading values…"}</option>
      {values.data?.map((value) => (
        // An empty value would be taken for the first option.
        <option key={value} value={`=${value}`}>
          {valueText(value)}
        </option>
      ))}
    </select>
  );
}
