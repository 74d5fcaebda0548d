import type { MetricSummary } from "@tidegauge/protocol/query";
import { useState } from "preact/hooks";
import { FilterValue, type FilterValueProps, valueText } from "./FilterValue.js";

export interface FilterEditorProps extends Pick<FilterValueProps, "service" | "times" | "tick"> {
  filters: readonly string[];
  /** What can be filtered by: the metric's labels and its dimensions. */
  keys: readonly string[];
  metric: MetricSummary;
  onChange(filters: string[]): void;
}

/** The filters as chips, and a form that offers what there is to filter by. */
export function FilterEditor({ filters, keys, service, metric, times, tick, onChange }: FilterEditorProps) {
  const [key, setKey] = useState("");
  const chosen = keys.includes(key) ? key : "";
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
      {chosen !== "" && (
        <FilterValue
          key={chosen}
          name={chosen}
          isLabel={metric.labels.includes(chosen)}
          service={service}
          metric={metric.name}
          times={times}
          tick={tick}
          onChoose={(filter) => {
            if (!filters.includes(filter)) onChange([...filters, filter]);
            setKey("");
          }}
        />
      )}
    </fieldset>
  );
}

function filterText(filter: string): string {
  const colon = filter.indexOf(":");
  return `${filter.slice(0, colon)} = ${valueText(filter.slice(colon + 1))}`;
}
