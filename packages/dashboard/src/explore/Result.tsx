import type { Aggregation, MetricSummary } from "@tidegauge/protocol/query";
import { useState } from "preact/hooks";
import { type Query, queryUrl, runQuery } from "../api/query.js";
import { useResource } from "../api/useResource.js";
import { Chart } from "../charts/Chart.js";
import { type ChartData, isEmpty } from "../charts/data.js";
import { Legend } from "../charts/Legend.js";
import { useHidden } from "../charts/useHidden.js";
import { ValueTable } from "../charts/ValueTable.js";
import { Later } from "../panels/Later.js";
import { joinAnswers } from "../panels/load.js";
import { PanelEmpty, PanelError, PanelLoading } from "../panels/Panel.js";
import type { TimeRange } from "../time/range.js";
import { zoomOut, zoomTo } from "../time/useRange.js";
import { toCsv } from "./exports.js";
import { aggregatedUnit, type View } from "./selection.js";
import { Takeaway } from "./Takeaway.js";

export interface ResultProps {
  metric: MetricSummary;
  aggregation: Aggregation;
  query: Query;
  view: View;
  range: TimeRange;
  tick: number;
}

/** The chosen metric as a chart and a table, with the call behind it. */
export function Result({ metric, aggregation, query, view, range, tick }: ResultProps) {
  const { data, error, loading, retry } = useResource(JSON.stringify(query), tick, async (signal) => {
    const answer = await runQuery(query, signal);
    const line = {
      metric: metric.name,
      aggregation,
      label: aggregation,
      ...(query.groupBy ? { groupBy: query.groupBy } : {}),
    };
    const chart = joinAnswers([{ line, answer }]);
    const unit = aggregatedUnit(answer.unit, metric.kind, aggregation);
    // Named with its data, which stay until those of another choice are there.
    const names = { title: `${metric.name}, ${aggregation}`, file: `${metric.name}-${aggregation}` };
    return { answer, chart: { ...chart, unit }, ...names };
  });
  if (data === undefined) return error ? <PanelError error={error} onRetry={retry} /> : <PanelLoading />;
  return (
    <div aria-busy={loading}>
      {error && <p class="panel-warning">Not refreshed: {error.message}</p>}
      {isEmpty(data.chart) ? (
        <PanelEmpty>No data in this time range with these filters.</PanelEmpty>
      ) : (
        <Drawing data={data.chart} view={view} range={range} title={data.title} />
      )}
      <Takeaway url={queryUrl(query)} name={data.file} csv={() => toCsv(data.chart)} json={data.answer} />
    </div>
  );
}

/** Most looks at a metric need no heat map. */
const loadHeatmap = () => import("../heatmap/GroupHeatmap.js").then(({ GroupHeatmap }) => GroupHeatmap);

function Drawing({ data, view, range, title }: { data: ChartData; view: View; range: TimeRange; title: string }) {
  const [cursor, setCursor] = useState<number | null>(null);
  const { hidden, toggle, isolate } = useHidden(data.series);
  return (
    <>
      {view === "heatmap" ? (
        <div data-testid="series-grid">
          <Later load={loadHeatmap} props={{ data, range, label: `${title} as a heat map` }} />
        </div>
      ) : (
        <>
          <Chart
            data={data}
            hidden={hidden}
            stacked={view === "stack"}
            height={300}
            label={title}
            onZoom={(from, to) => zoomTo(range, from, to)}
            onReset={() => zoomOut(range)}
            onCursor={setCursor}
          />
          <Legend data={data} hidden={hidden} cursor={cursor} onToggle={toggle} onIsolate={isolate} />
        </>
      )}
      <h3 class="sub-head">Values</h3>
      <ValueTable data={data} caption={title} />
    </>
  );
}
