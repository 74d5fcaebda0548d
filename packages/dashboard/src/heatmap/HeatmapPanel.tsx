import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { useResource } from "../api/useResource.js";
import type { Marker } from "../charts/frame.js";
import { ValueTable } from "../charts/ValueTable.js";
import type { Scope } from "../panels/load.js";
import { Panel, PanelError, PanelLoading } from "../panels/Panel.js";
import { PanelActions } from "../panels/PanelActions.js";
import { useVisible } from "../panels/useVisible.js";
import { queryTimes, type TimeRange } from "../time/range.js";
import { bucketLabel, heatmapTable, loadHeatmap } from "./data.js";
import { Heatmap } from "./Heatmap.js";

/** What a heat map's panel shows. */
export interface HeatmapPanelProps {
  id: string;
  title: string;
  description: string;
  metric: string;
  filters: readonly string[];
  scope: Omit<Scope, "from" | "to">;
  range: TimeRange;
  tick: number;
  markers: readonly Marker[];
  exploreHref: string | undefined;
  /** The way back to the lines. */
  action: ComponentChildren;
}

/** A panel with the buckets of a histogram. */
export function HeatmapPanel(props: HeatmapPanelProps) {
  const { id, title, description, metric, filters, scope, range, tick, markers, exploreHref, action } = props;
  const element = useRef<HTMLElement>(null);
  const visible = useVisible(element);
  const [asTable, setAsTable] = useState(false);
  // Out of sight the tick stands still; scrolled back, the panel catches up.
  const lastTick = useRef(tick);
  if (visible) lastTick.current = tick;
  const query = { ...scope, ...queryTimes(range), metric, filters };
  const { data, error, loading, retry } = useResource(JSON.stringify(query), lastTick.current, (signal) =>
    loadHeatmap(query, signal),
  );
  const actions = (
    <>
      {action}
      <PanelActions title={title} exploreHref={exploreHref} asTable={asTable} onTable={() => setAsTable(!asTable)} />
    </>
  );
  return (
    <Panel id={id} title={title} description={description} actions={actions} busy={loading} innerRef={element}>
      {data === undefined ? (
        error ? (
          <PanelError error={error} onRetry={retry} />
        ) : (
          <PanelLoading />
        )
      ) : asTable && data.total > 0 ? (
        <ValueTable data={heatmapTable(data, (row) => bucketLabel(data, row))} caption={title} />
      ) : (
        <Heatmap data={data} range={range} height={176} title={title} markers={markers} />
      )}
      {data && error && <p class="panel-warning">Not refreshed: {error.message}</p>}
    </Panel>
  );
}
