import type { MetricSummary } from "@tidegauge/protocol/query";
import { useState } from "preact/hooks";
import { metricPanel } from "../panels/custom.js";
import { MetricPanel } from "../panels/MetricPanel.js";
import { PanelEmpty } from "../panels/Panel.js";
import type { TimeRange } from "../time/range.js";

/** Previews shown at once, and added by each click. */
const PORTION = 12;

export interface PreviewsProps {
  /** Those of the list beside it, in its order. */
  metrics: readonly MetricSummary[];
  service: string | undefined;
  range: TimeRange;
  tick: number;
  /** The address that chooses a metric. */
  hrefOf(name: string): string;
}

/** A small chart of each metric that was found, to see which is worth a closer look. Only those on the screen ask for data. */
export function Previews({ metrics, service, range, tick, hrefOf }: PreviewsProps) {
  const [count, setCount] = useState(PORTION);
  if (metrics.length === 0) return <PanelEmpty>Nothing to show.</PanelEmpty>;
  return (
    <>
      <h2 class="preview-head">
        {metrics.length === 1 ? "One metric" : `${metrics.length} metrics`}{" "}
        <span class="section-source">choose one to aggregate, group and filter it</span>
      </h2>
      <div class="grid previews" data-testid="previews">
        {metrics.slice(0, count).map((metric) => (
          <MetricPanel
            key={metric.name}
            spec={metricPanel(metric)}
            scope={{ service }}
            range={range}
            tick={tick}
            titleHref={hrefOf(metric.name)}
          />
        ))}
      </div>
      {metrics.length > count && (
        <button type="button" class="button more-previews" onClick={() => setCount(count + PORTION)}>
          Show {Math.min(PORTION, metrics.length - count)} more
        </button>
      )}
    </>
  );
}
