import type { LabelsResponse, MetricSummary } from "@tidegauge/protocol/query";
import { useState } from "preact/hooks";
import { getJson } from "../api/client.js";
import { useResource } from "../api/useResource.js";
import { DimensionValue } from "./DimensionValue.js";
import { FilterValue, valueText } from "./FilterValue.js";

export interface FilterEditorProps {
  filters: readonly string[];
  /** What can be filtered by: the metric's labels and its dimensions. */
  keys: readonly string[];
  service: string | undefined;
  metric: MetricSummary;
  times: { from: string; to: string };
  /** New values come with new data: what is offered is read again now and then. */
  tick: number;
  onChange(filters: string[]): void;
}

/** The filters as chips, and a form that offers what there is to filter by. */
export function FilterEditor({ filters, keys, service, metric, times, tick, onChange }: FilterEditorProps) {
  const [key, setKey] = useState("");
  const slowTick = Math.floor(tick / 3);
  // At once, so that they are there when a label is chosen.
  const labels = useResource(JSON.stringify(["labels", service, metric.name]), slowTick, (signal) =>
    getJson<LabelsResponse>("api/v1/labels", { service, metric: metric.name }, signal),
  );
  const chosen = keys.includes(key) ? key : "";
  const onChoose = (filter: string) => {
    if (!filters.includes(filter)) onChange([...filters, filter]);
    setKey("");
  };
  return (
    <fieldset class="chips">
      <legend>Filter</legend>
      {filters.map((filter) => (
        <button
          key={filter}
          type="button"
          class="chip"
          aria-pressed="true"
          title={filter}
          aria-label={`Remove filter ${filter}`}
          onClick={() => onChange(filters.filter((other) => other !== filter))}
        >
          {filterText(filter)} ×
        </button>
      ))}
      <select aria-label="Label to filter by" value={chosen} onChange={(event) => setKey(event.currentTarget.value)}>
        <option value="">Add a filter…</option>
        {keys.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      {metric.labels.includes(chosen) ? (
        <FilterValue
          name={chosen}
          values={labels.data && (labels.data.labels[chosen] ?? [])}
          failed={labels.error !== undefined}
          onChoose={onChoose}
        />
      ) : (
        chosen !== "" && (
          <DimensionValue
            key={chosen}
            name={chosen}
            service={service}
            metric={metric.name}
            times={times}
            tick={slowTick}
            onChoose={onChoose}
          />
        )
      )}
    </fieldset>
  );
}

function filterText(filter: string): string {
  const colon = filter.indexOf(":");
  return `${filter.slice(0, colon)} = ${valueText(filter.slice(colon + 1))}`;
}
