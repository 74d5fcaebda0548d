import type { Aggregation, MetricSummary } from "@tidegauge/protocol/query";
import { setParameters } from "../route/useLocation.js";
import { FilterEditor } from "./FilterEditor.js";
import { aggregationsFor, dimensionsFor, type Selection, showsBuckets, VIEWS } from "./selection.js";

export interface BuilderProps {
  selection: Selection;
  metric: MetricSummary;
  aggregation: Aggregation;
  times: { from: string; to: string };
  tick: number;
}

/** Aggregation, grouping, filters and the way of drawing. */
export function Builder({ selection, metric, aggregation, times, tick }: BuilderProps) {
  const dimensions = dimensionsFor(metric, selection.service);
  const toggleGroup = (name: string) => {
    const { groupBy } = selection;
    setParameters({ by: groupBy.includes(name) ? groupBy.filter((other) => other !== name) : [...groupBy, name] });
  };
  // The buckets of a histogram are all there is to see: nothing is aggregated, nothing stands side by side.
  const buckets = showsBuckets(selection, metric);
  return (
    <div class="builder">
      {!buckets && (
        <label class="choice">
          <span>Aggregate</span>
          <select
            value={aggregation}
            data-testid="aggregation"
            onChange={(event) => setParameters({ aggregation: event.currentTarget.value })}
          >
            {aggregationsFor(metric.kind).map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      {!buckets && (
        <fieldset class="chips">
          <legend>Group by</legend>
          {dimensions.map((name) => (
            <button
              key={name}
              type="button"
              class="chip"
              title={name}
              aria-pressed={selection.groupBy.includes(name)}
              onClick={() => toggleGroup(name)}
            >
              {name}
            </button>
          ))}
        </fieldset>
      )}
      <FilterEditor
        filters={selection.filters}
        keys={dimensions}
        service={selection.service}
        metric={metric}
        times={times}
        tick={tick}
        onChange={(filter) => setParameters({ filter })}
      />
      <fieldset class="chips">
        <legend>Draw as</legend>
        {VIEWS.map((view) => (
          <button
            key={view}
            type="button"
            class="chip"
            aria-pressed={selection.view === view}
            data-testid={`view-${view}`}
            onClick={() => setParameters({ view: view === "line" ? undefined : view }, true)}
          >
            {view === "heatmap" ? "heat map" : view}
          </button>
        ))}
      </fieldset>
    </div>
  );
}
