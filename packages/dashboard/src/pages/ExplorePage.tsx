import "../explore/explore.css";
import type { Aggregation, MetricsResponse } from "@tidegauge/protocol/query";
import { getJson } from "../api/client.js";
import { useResource } from "../api/useResource.js";
import { Builder } from "../explore/Builder.js";
import { MetricList, RESULT_ID } from "../explore/MetricList.js";
import { Previews } from "../explore/Previews.js";
import { Result } from "../explore/Result.js";
import { aggregationsFor, readSelection, selectionQuery, showsBuckets } from "../explore/selection.js";
import { useMetricSearch } from "../explore/useMetricSearch.js";
import { formatAge } from "../format/time.js";
import { useTick } from "../live/useTick.js";
import { Later } from "../panels/Later.js";
import { PanelEmpty, PanelError, PanelLoading } from "../panels/Panel.js";
import { linkTo } from "../route/location.js";
import { setParameters, useLocation } from "../route/useLocation.js";
import { FirstRunLater } from "../setup/FirstRunLater.js";
import { loadServices } from "../time/dataAge.js";
import { queryTimes } from "../time/range.js";
import { useRange } from "../time/useRange.js";

/** Only the skip button takes the focus there. */
const FOCUSABLE = { tabIndex: -1 } as const;

/** Most looks at a metric need no heat map. */
const loadBuckets = () => import("../explore/BucketsResult.js").then(({ BucketsResult }) => BucketsResult);

/** Any metric of any service: pick, aggregate, group, filter, draw, export. */
export function ExplorePage() {
  const { parameters } = useLocation();
  const range = useRange();
  const selection = readSelection(parameters);
  const { service } = selection;
  const tick = useTick(range, service);
  const services = useResource("services", 0, loadServices);
  // The service of the address is the one filtered by, also if there is none of that name.
  const names = [
    ...new Set([...(services.data?.services ?? []).map(({ name }) => name), ...(service ? [service] : [])]),
  ];
  const metrics = useResource(`metrics ${service ?? ""}`, Math.floor(tick / 6), (signal) =>
    getJson<MetricsResponse>("api/v1/metrics", { service }, signal),
  );
  const search = useMetricSearch(metrics.data?.metrics ?? []);
  const metric = metrics.data?.metrics.find(({ name }) => name === selection.metric);
  const query = selectionQuery(selection, metric?.kind, queryTimes(range));
  const choose = (name: string) =>
    setParameters({ metric: name, aggregation: undefined, by: undefined, filter: undefined, view: undefined });
  const allMetrics = <a href={linkTo(["explore"], parameters, { service })}>All metrics</a>;
  return (
    <section class="page">
      <div class="page-head">
        <h1>Explore metrics</h1>
        <label class="choice">
          <span>Service</span>
          <select
            value={service ?? ""}
            onChange={(event) => setParameters({ service: event.currentTarget.value, filter: undefined })}
          >
            <option value="">All services</option>
            {names.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      {metrics.data === undefined ? (
        metrics.error ? (
          <PanelError error={metrics.error} onRetry={metrics.retry} />
        ) : (
          <PanelLoading />
        )
      ) : metrics.data.metrics.length === 0 && service === undefined ? (
        <FirstRunLater />
      ) : (
        <div class="explore">
          <MetricList metrics={metrics.data.metrics} search={search} chosen={selection.metric} onChoose={choose} />
          <section
            id={RESULT_ID}
            {...FOCUSABLE}
            class={selection.metric === undefined ? "explore-result" : "card explore-result"}
            aria-label="Result"
            data-testid="explore-result"
          >
            {selection.metric === undefined ? (
              <Previews
                metrics={search.found}
                service={service}
                range={range}
                tick={tick}
                hrefOf={(name) => linkTo(["explore"], parameters, { service, metric: name })}
              />
            ) : metric === undefined || query === undefined ? (
              <PanelEmpty>
                There is no metric {selection.metric}
                {service === undefined ? "" : ` of ${service}`}. {allMetrics}
              </PanelEmpty>
            ) : (
              <>
                <div class="explore-head">
                  <h2 class="explore-title">{metric.name}</h2>
                  {allMetrics}
                </div>
                <p class="muted">
                  {metric.kind}
                  {metric.inferred ? ", inferred from its values" : ""}
                  {metric.unit === null ? "" : `, in ${metric.unit}`}, {metric.series} series, last seen{" "}
                  {formatAge(Date.parse(metric.lastSeen), Date.now())}
                </p>
                <Builder
                  selection={selection}
                  times={queryTimes(range)}
                  tick={tick}
                  metric={metric}
                  aggregation={selection.aggregation ?? (aggregationsFor(metric.kind)[0] as Aggregation)}
                />
                {showsBuckets(selection, metric) ? (
                  <Later
                    key={metric.name}
                    load={loadBuckets}
                    props={{
                      metric,
                      query: { ...queryTimes(range), metric: metric.name, service, filters: selection.filters },
                      range,
                      tick,
                    }}
                  />
                ) : (
                  <Result
                    key={metric.name}
                    metric={metric}
                    aggregation={query.aggregation}
                    query={query}
                    view={selection.view}
                    range={range}
                    tick={tick}
                  />
                )}
              </>
            )}
          </section>
        </div>
      )}
    </section>
  );
}
