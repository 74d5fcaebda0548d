import type { MetricSummary } from "@tidegauge/protocol/query";
import { formatAge } from "../format/time.js";
import { type MetricSearch, ORDERS, type Order } from "./useMetricSearch.js";

export interface MetricListProps {
  metrics: readonly MetricSummary[];
  search: MetricSearch;
  chosen: string | undefined;
  onChoose(name: string): void;
}

/** The place `skipToResult` leads to, past a list of any length. */
export const RESULT_ID = "explore-result";

/** A line begins with the dot, where it has to break. */
const AND = " ·\u00a0";

/** A link to it would change the address, which is the page's state. */
function skipToResult(): void {
  document.getElementById(RESULT_ID)?.focus();
}

/** Every metric with its kind, unit, labels, number of series and when it was last seen, to search and choose from. */
export function MetricList({ metrics, search, chosen, onChoose }: MetricListProps) {
  const { text, order, found, setText, setOrder } = search;
  return (
    <section class="card metric-list" aria-label="Metrics">
      <input
        type="search"
        placeholder={`Search ${metrics.length} metrics`}
        aria-label="Search metrics"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <label class="metric-order">
        <span class="visually-hidden">Order of the metrics</span>
        <select value={order} onChange={(event) => setOrder(event.currentTarget.value as Order)}>
          {Object.entries(ORDERS).map(([key, { words }]) => (
            <option key={key} value={key}>
              {words}
            </option>
          ))}
        </select>
      </label>
      {chosen !== undefined && (
        <button type="button" class="skip-link" onClick={skipToResult}>
          Skip to the result
        </button>
      )}
      <ul>
        {found.map((metric) => (
          <li key={metric.name}>
            <button
              type="button"
              class="menu-item metric-item"
              aria-pressed={metric.name === chosen}
              data-testid={`metric-${metric.name}`}
              onClick={() => onChoose(metric.name)}
            >
              <span class="metric-name">{metric.name}</span>
              <span class="metric-facts">
                {metric.kind}
                {metric.inferred ? " (inferred)" : ""}
                {metric.unit === null ? "" : AND + metric.unit}
                {AND}
                {metric.series} series
                {metric.labels.length === 0 ? "" : AND + metric.labels.join(", ")}
                {AND}
                <span class="metric-age">seen {formatAge(Date.parse(metric.lastSeen), Date.now())}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {found.length === 0 && (
        <p class="muted metric-none">
          {metrics.length === 0 ? "There are no metrics of this service." : `No metric matches “${text}”.`}
        </p>
      )}
    </section>
  );
}
