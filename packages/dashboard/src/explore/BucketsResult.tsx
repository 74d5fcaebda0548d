import type { MetricSummary } from "@tidegauge/protocol/query";
import { useResource } from "../api/useResource.js";
import { ValueTable } from "../charts/ValueTable.js";
import { type BucketsQuery, bucketLabel, bucketsUrl, heatmapTable, loadHeatmap } from "../heatmap/data.js";
import { Heatmap } from "../heatmap/Heatmap.js";
import { PanelError, PanelLoading } from "../panels/Panel.js";
import type { TimeRange } from "../time/range.js";
import { toCsv } from "./exports.js";
import { Takeaway } from "./Takeaway.js";

export interface BucketsResultProps {
  metric: MetricSummary;
  query: BucketsQuery;
  range: TimeRange;
  tick: number;
}

/** The buckets of a histogram as a heat map and a table, with the call behind it. */
export function BucketsResult({ metric, query, range, tick }: BucketsResultProps) {
  const { data, error, loading, retry } = useResource(JSON.stringify(query), tick, async (signal) => ({
    ...(await loadHeatmap(query, signal)),
    name: metric.name,
  }));
  if (data === undefined) return error ? <PanelError error={error} onRetry={retry} /> : <PanelLoading />;
  const { buckets } = data.answer;
  const bounds = (row: number) => `${buckets[row]?.low} to ${buckets[row]?.high}`;
  return (
    <div aria-busy={loading}>
      {error && <p class="panel-warning">Not refreshed: {error.message}</p>}
      <Heatmap data={data} range={range} height={340} title={data.name} />
      {data.total > 0 && (
        <>
          <h3 class="sub-head">Observations in each bucket</h3>
          <ValueTable
            data={heatmapTable(data, (row) => bucketLabel(data, row))}
            caption={`${data.name}, observations in each bucket`}
          />
        </>
      )}
      <Takeaway
        url={bucketsUrl(query)}
        name={`${data.name}-buckets`}
        csv={() => toCsv(heatmapTable(data, bounds))}
        json={data.answer}
      />
    </div>
  );
}
