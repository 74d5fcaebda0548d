import type { Marker } from "../charts/frame.js";
import type { HeatmapPanelProps } from "../heatmap/HeatmapPanel.js";
import { exploreLink, panelLink } from "../panels/exploreLink.js";
import type { Scope } from "../panels/load.js";
import { MetricPanel } from "../panels/MetricPanel.js";
import { NodesTogether } from "../panels/NodesTogether.js";
import { Panel, PanelLoading } from "../panels/Panel.js";
import { LATER_FAILED, useLater } from "../panels/useLater.js";
import { setParameters, useLocation } from "../route/useLocation.js";
import type { TimeRange } from "../time/range.js";
import { latencyPanel, TRANSACTION_DURATION, transactionFilters } from "./panels.js";

/** What the latency of transactions is asked with. */
export interface LatencyPanelProps {
  /** The chosen transaction, undefined for all. */
  transaction: string | undefined;
  eachNode: boolean;
  scope: Omit<Scope, "from" | "to">;
  range: TimeRange;
  tick: number;
  markers: readonly Marker[];
}

/** Cells of the button's picture: a row each, from faint to full. */
const ICON = [
  [0.3, 0.6, 0.3],
  [0.6, 1, 0.6],
  [0.3, 1, 1],
];

/** How long transactions take: percentiles as lines, or all of them as a heat map, which shows fast and slow ones apart. */
export function LatencyPanel({ transaction, eachNode, scope, range, tick, markers }: LatencyPanelProps) {
  const { parameters } = useLocation();
  const asHeatmap = parameters.get("latency") === "heatmap";
  const spec = latencyPanel(transaction, eachNode);
  const filters = transactionFilters(transaction);
  const action = (
    <button
      type="button"
      class="icon-button small"
      aria-pressed={asHeatmap}
      title={asHeatmap ? "Show percentiles" : "Show a heat map"}
      aria-label="Latency as a heat map"
      data-testid="latency-heatmap"
      onClick={() => setParameters({ latency: asHeatmap ? undefined : "heatmap" }, true)}
    >
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        {ICON.flatMap((row, y) =>
          row.map((opacity, x) => (
            <rect
              key={`${x} ${y}`}
              x={1.5 + x * 4.5}
              y={1.5 + y * 4.5}
              width="4"
              height="4"
              fill="currentColor"
              opacity={opacity}
            />
          )),
        )}
      </svg>
    </button>
  );
  if (!asHeatmap) {
    return (
      <MetricPanel
        spec={spec}
        scope={scope}
        range={range}
        tick={tick}
        markers={markers}
        exploreHref={panelLink(spec, scope, parameters)}
        action={action}
      />
    );
  }
  return (
    <HeatmapLater
      id={spec.id}
      title="Latency"
      description="Each column is a moment, each row a duration; the more transactions took that long, the stronger its colour."
      metric={TRANSACTION_DURATION}
      filters={filters}
      scope={scope}
      range={range}
      tick={tick}
      markers={markers}
      exploreHref={exploreLink({ metric: TRANSACTION_DURATION, view: "heatmap", filters }, scope, parameters)}
      action={
        <>
          {eachNode && <NodesTogether />}
          {action}
        </>
      }
    />
  );
}

const loadPanel = () => import("../heatmap/HeatmapPanel.js").then(({ HeatmapPanel }) => HeatmapPanel);

/** Fetched when it is first asked for: most visits need no heat map. */
function HeatmapLater(props: HeatmapPanelProps) {
  const { value: HeatmapPanel, failed } = useLater(loadPanel);
  if (HeatmapPanel !== undefined) return <HeatmapPanel {...props} />;
  return (
    <Panel id={props.id} title={props.title} actions={props.action}>
      {failed ? <p role="alert">{LATER_FAILED}</p> : <PanelLoading />}
    </Panel>
  );
}
