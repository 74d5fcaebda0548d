import type { LabelsResponse } from "@tidegauge/protocol/query";
import { useState } from "preact/hooks";
import { getJson } from "../api/client.js";
import { useResource } from "../api/useResource.js";

export interface FilterEditorProps {
  filters: readonly string[];
  service: string | undefined;
  metric: string;
  /** New values come with new data: what is offered is read again now and then. */
  tick: number;
  onChange(filters: string[]): void;
}

/** The filters as chips, and a form that offers the label values the server knows. */
export function FilterEditor({ filters, service, metric, tick, onChange }: FilterEditorProps) {
  const [key, setKey] = useState("");
  const labels = useResource(JSON.stringify(["labels", service, metric]), Math.floor(tick / 3), (signal) =>
    getJson<LabelsResponse>("api/v1/labels", { service, metric }, signal),
  );
  const known = labels.data?.labels ?? {};
  const keys = Object.keys(known);
  const chosen = keys.includes(key) ? key : "";
  if (keys.length === 0 && filters.length === 0) return null;
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
          {filter.replace(":", " = ")} ×
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
        <select
          aria-label={`Value of ${chosen}`}
          value=""
          onChange={(event) => {
            const filter = `${chosen}:${event.currentTarget.value}`;
            if (!filters.includes(filter)) onChange([...filters, filter]);
            setKey("");
          }}
        >
          <option value="">is…</option>
          {known[chosen]?.map((value) => (
            <option key={value} value={value}>
              {value}
            </option>
          ))}
        </select>
      )}
    </fieldset>
  );
}
