import type { ComponentChildren, RefObject } from "preact";
import { useRef, useState } from "preact/hooks";
import type { ApiError } from "../api/client.js";
import { useResource } from "../api/useResource.js";
import { Chart } from "../charts/Chart.js";
import { type ChartData, isEmpty, lastValue } from "../charts/data.js";
import type { Marker } from "../charts/frame.js";
import { Legend } from "../charts/Legend.js";
import { useHidden } from "../charts/useHidden.js";
import { ValueTable } from "../charts/ValueTable.js";
import { formatClock, formatDateTime } from "../format/time.js";
import { formatValue } from "../format/unit.js";
import { isLive, isRelative, queryTimes, type TimeRange } from "../time/range.js";
import { zoomOut, zoomTo } from "../time/useRange.js";
import { loadPanel, type Scope } from "./load.js";
import { Panel, PanelEmpty, PanelError, PanelLoading } from "./Panel.js";
import { PanelActions } from "./PanelActions.js";
import type { PanelSpec } from "./spec.js";
import { useVisible } from "./useVisible.js";

export interface MetricPanelProps {
  spec: PanelSpec;
  scope: Omit<Scope, "from" | "to">;
  range: TimeRange;
  tick: number;
  /** Where "Explore" leads, undefined for no link. */
  exploreHref?: string | undefined;
  /** Where the title leads, undefined for no link. */
  titleHref?: string | undefined;
  wide?: boolean;
  markers?: readonly Marker[] | undefined;
  /** A button of this panel's own. */
  action?: ComponentChildren;
  /** Replaces the queries of `spec`; `sourceKey` names what it depends on beside the scope. */
  load?: (scope: Scope, signal: AbortSignal) => Promise<ChartData>;
  sourceKey?: string;
}

/** A panel that loads what its spec says and draws it. */
export function MetricPanel(props: MetricPanelProps) {
  const { spec, scope, range, tick, exploreHref, titleHref, wide = false, markers, action, load, sourceKey } = props;
  const element = useRef<HTMLElement>(null);
  const visible = useVisible(element);
  const seen = useRef(false);
  seen.current ||= visible;
  const query = { ...scope, ...queryTimes(range) };
  const key = seen.current ? JSON.stringify([spec, query, sourceKey]) : undefined;
  // Out of sight the tick stands still; scrolled back, the panel catches up.
  const lastTick = useRef(tick);
  if (visible) lastTick.current = tick;
  const { data, error, loading, retry } = useResource(key, lastTick.current, (signal) =>
    load ? load(query, signal) : loadPanel(spec, query, signal),
  );
  return (
    <ChartPanel
      spec={spec}
      data={data}
      error={error}
      loading={loading}
      retry={retry}
      range={range}
      innerRef={element}
      exploreHref={exploreHref}
      titleHref={titleHref}
      wide={wide}
      markers={markers}
      action={action}
    />
  );
}

interface ChartPanelProps {
  spec: PanelSpec;
  data: ChartData | undefined;
  error: ApiError | undefined;
  loading: boolean;
  retry(): void;
  range: TimeRange;
  innerRef: RefObject<HTMLElement | null>;
  exploreHref: string | undefined;
  titleHref: string | undefined;
  wide: boolean;
  markers: readonly Marker[] | undefined;
  action: ComponentChildren;
}

function ChartPanel(props: ChartPanelProps) {
  const { spec, data, error, loading, retry, range, innerRef, exploreHref, titleHref, wide, markers, action } = props;
  const [cursor, setCursor] = useState<number | null>(null);
  const [asTable, setAsTable] = useState(false);
  const { hidden, toggle, isolate } = useHidden(data?.series ?? []);
  const cursorTime = cursor === null ? undefined : data?.times[cursor];
  const actions = (
    <>
      {cursorTime !== undefined && <time class="panel-cursor-time">{cursorLabel(cursorTime, data)}</time>}
      {action}
      <PanelActions
        title={spec.title}
        exploreHref={exploreHref}
        asTable={asTable}
        onTable={() => setAsTable(!asTable)}
      />
    </>
  );
  return (
    <Panel
      id={spec.id}
      title={spec.title}
      description={spec.description}
      titleHref={titleHref}
      actions={data && !isEmpty(data) ? actions : undefined}
      busy={loading}
      innerRef={innerRef}
      wide={wide}
    >
      {data === undefined ? (
        error ? (
          <PanelError error={error} onRetry={retry} />
        ) : (
          <PanelLoading />
        )
      ) : isEmpty(data) ? (
        <PanelEmpty>
          {spec.emptyText ??
            `No data in this time range.${isLive(range) ? " It appears here as soon as it arrives." : ""}`}
          {!isRelative(range) && (
            <button type="button" class="button" onClick={() => zoomOut(range)}>
              Zoom out
            </button>
          )}
        </PanelEmpty>
      ) : (
        <>
          {asTable ? (
            <ValueTable data={data} caption={spec.title} />
          ) : (
            <Chart
              data={data}
              hidden={hidden}
              stacked={spec.stacked ?? false}
              {...(markers ? { markers } : {})}
              label={describe(spec.title, data)}
              onZoom={(from, to) => zoomTo(range, from, to)}
              onReset={() => zoomOut(range)}
              onCursor={setCursor}
            />
          )}
          <Legend data={data} hidden={hidden} cursor={cursor} onToggle={toggle} onIsolate={isolate} />
          {error && <p class="panel-warning">Not refreshed: {error.message}</p>}
        </>
      )}
    </Panel>
  );
}

function cursorLabel(timeMs: number, data: ChartData | undefined): string {
  return data && data.toMs - data.fromMs > 20 * 3_600_000 ? formatDateTime(timeMs).slice(5, 16) : formatClock(timeMs);
}

/** The chart in words: its title and each line's last value. */
function describe(title: string, data: ChartData): string {
  const parts = data.series.map(({ label, values }) => `${label} ${formatValue(lastValue(values), data.unit)}`);
  return `${title}. Last values: ${parts.join(", ")}.`;
}
