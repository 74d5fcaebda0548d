import type { MetricsResponse } from "@tidegauge/protocol/query";
import { useMemo, useRef } from "preact/hooks";
import { getJson } from "../api/client.js";
import { useResource } from "../api/useResource.js";
import { useTick } from "../live/useTick.js";
import { MarkerList } from "../markers/MarkerList.js";
import { useMarkers } from "../markers/useMarkers.js";
import { panelsFor } from "../panels/catalog.js";
import { panelLink } from "../panels/exploreLink.js";
import { MetricPanel } from "../panels/MetricPanel.js";
import { NodesTogether } from "../panels/NodesTogether.js";
import { PanelEmpty, PanelError, PanelLoading } from "../panels/Panel.js";
import { SECTION_SOURCES, SECTIONS } from "../panels/spec.js";
import { isSplit, splitByNode } from "../panels/split.js";
import { linkTo } from "../route/location.js";
import { setParameters, useLocation } from "../route/useLocation.js";
import { loadNodes } from "../services/nodes.js";
import { ServiceFacts } from "../services/ServiceFacts.js";
import { loadServices } from "../time/dataAge.js";
import { queryTimes } from "../time/range.js";
import { useRange } from "../time/useRange.js";
import { TRANSACTION_DURATION } from "../transactions/panels.js";
import { TransactionSection } from "../transactions/TransactionSection.js";

const isLongAgo = (time: string): boolean => Date.now() - Date.parse(time) > 5 * 60_000;

/** Everything about one service. */
export function ServicePage({ name }: { name: string }) {
  const { parameters } = useLocation();
  const range = useRange();
  const tick = useTick(range, name);
  const node = parameters.get("node") ?? undefined;
  const environment = parameters.get("environment") ?? undefined;
  // What metrics there are changes rarely, every sixth refresh is enough; but somebody who looks at a service that has
  // just started waits for its first ones.
  const knownLong = useRef(false);
  const slowTick = knownLong.current ? Math.floor(tick / 6) : tick;
  const metrics = useResource(`metrics ${name}`, slowTick, (signal) =>
    getJson<MetricsResponse>("api/v1/metrics", { service: name }, signal),
  );
  knownLong.current = metrics.data?.metrics.some(({ firstSeen }) => isLongAgo(firstSeen)) ?? false;
  const services = useResource("services", slowTick, loadServices);
  const summary = services.data?.services.find((service) => service.name === name);
  const times = queryTimes(range);
  const reported = useResource(
    JSON.stringify(["nodes", name, times]),
    knownLong.current ? Math.floor(tick / 3) : tick,
    (signal) => loadNodes({ service: name, ...times }, signal),
  );
  // Those of the range, as the list of services counts them; until they are known, all of the service.
  const nodes = reported.data === undefined ? (summary?.nodes ?? []) : (reported.data.get(name) ?? []);
  const eachNode = node === undefined && parameters.get("split") === "node";
  const panels = useMemo(() => {
    const all = panelsFor(metrics.data?.metrics ?? []);
    return eachNode ? all.map(splitByNode) : all;
  }, [metrics.data, eachNode]);
  const find = (metric: string) => metrics.data?.metrics.find((candidate) => candidate.name === metric);
  const durations = find(TRANSACTION_DURATION);
  const breakdown = find("span.self_time.sum.us");
  const scope = { service: name, node, environment };
  const markers = useMarkers({ ...scope, ...times }, metrics.data?.metrics ?? [], Math.floor(tick / 3));
  return (
    <section class="page">
      <div class="page-head">
        <nav aria-label="Breadcrumb" class="breadcrumb">
          <a href={linkTo(["services"], parameters)}>Services</a>
        </nav>
        <h1>{name}</h1>
        {summary && <ServiceFacts service={summary} nodes={nodes} nowMs={range.pausedAtMs ?? Date.now()} />}
        <div class="page-filters">
          <Choice
            label="Environment"
            value={environment}
            options={summary?.environments ?? []}
            parameter="environment"
          />
          <Choice label="Node" value={node} options={nodes} parameter="node" />
          {nodes.length > 1 && node === undefined && (
            <button
              type="button"
              class="chip"
              aria-pressed={eachNode}
              data-testid="split-nodes"
              onClick={() => setParameters({ split: eachNode ? undefined : "node" }, true)}
            >
              Each node
            </button>
          )}
        </div>
      </div>
      <MarkerList markers={markers} />
      {metrics.data === undefined ? (
        metrics.error ? (
          <PanelError error={metrics.error} onRetry={metrics.retry} />
        ) : (
          <PanelLoading />
        )
      ) : metrics.data.metrics.length === 0 ? (
        services.data === undefined ? (
          <PanelLoading />
        ) : summary === undefined ? (
          <PanelEmpty>
            There is no service “{name}”. <a href={linkTo(["services"], parameters)}>All services</a>
          </PanelEmpty>
        ) : (
          <PanelEmpty>This service said hello and has not reported metrics yet.</PanelEmpty>
        )
      ) : (
        <>
          {(durations ?? breakdown) !== undefined && (
            <TransactionSection
              scope={scope}
              range={range}
              tick={tick}
              transaction={parameters.get("transaction") ?? undefined}
              firstSeenMs={durations && Date.parse(durations.firstSeen)}
              breakdownSeenMs={breakdown && Date.parse(breakdown.firstSeen)}
              eachNode={eachNode}
              markers={markers}
            />
          )}
          {SECTIONS.map((section) => {
            const own = panels.filter((panel) => panel.section === section);
            if (own.length === 0) return null;
            return (
              <section key={section} class="section" aria-labelledby={`section-${section.replaceAll(" ", "-")}`}>
                <h2 id={`section-${section.replaceAll(" ", "-")}`}>
                  {section} <span class="section-source">{SECTION_SOURCES[section]}</span>
                </h2>
                <div class="grid">
                  {own.map((spec) => (
                    <MetricPanel
                      key={spec.id}
                      spec={spec}
                      scope={scope}
                      range={range}
                      tick={tick}
                      markers={markers}
                      exploreHref={panelLink(spec, scope, parameters)}
                      action={eachNode && !isSplit(spec) && <NodesTogether />}
                    />
                  ))}
                </div>
              </section>
            );
          })}
        </>
      )}
    </section>
  );
}

interface ChoiceProps {
  label: string;
  value: string | undefined;
  options: readonly string[];
  parameter: string;
}

/** A filter of the page; nothing is shown when there is nothing to choose. */
function Choice({ label, value, options, parameter }: ChoiceProps) {
  if (options.length < 2 && value === undefined) return null;
  const all = value === undefined || options.includes(value) ? options : [value, ...options];
  return (
    <label class="choice">
      <span>{label}</span>
      <select value={value ?? ""} onChange={(event) => setParameters({ [parameter]: event.currentTarget.value })}>
        <option value="">All</option>
        {all.map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
    </label>
  );
}
