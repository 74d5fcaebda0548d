import type { ServiceSummary } from "@tidegauge/protocol/query";
import { useResource } from "../api/useResource.js";
import { useTick } from "../live/useTick.js";
import { PanelEmpty, PanelError, PanelLoading } from "../panels/Panel.js";
import { setParameters, useLocation } from "../route/useLocation.js";
import { loadNodes } from "../services/nodes.js";
import { SERVICE_COLUMNS, type ServiceColumn, ServiceTable } from "../services/ServiceTable.js";
import { useOverview } from "../services/useOverview.js";
import { FirstRunLater } from "../setup/FirstRunLater.js";
import type { Sorting } from "../table/sorting.js";
import { loadServices } from "../time/dataAge.js";
import { queryTimes } from "../time/range.js";
import { useRange } from "../time/useRange.js";

/** The same list each time, so that nothing is joined again for it. */
const NONE: readonly ServiceSummary[] = [];

/** All services the server knows, or how to get the first one. */
export function ServicesPage() {
  const { parameters } = useLocation();
  const range = useRange();
  const tick = useTick(range);
  const services = useResource("services", tick, loadServices);
  const times = queryTimes(range);
  // Like the numbers that are not of the moment: every third refresh is enough.
  const nodes = useResource(JSON.stringify(["processes", times]), Math.floor(tick / 3), (signal) =>
    loadNodes(times, signal),
  );
  const { overview, error: overviewError } = useOverview(times, tick, services.data?.services ?? NONE);
  const search = parameters.get("q") ?? "";
  const sorting = readSorting(parameters.get("sort"));

  const all = services.data?.services ?? [];
  const needle = search.toLowerCase();
  const shown = all.filter(({ name, environments, agent, nodes }) =>
    [name, agent?.name ?? "", ...environments, ...nodes].some((text) => text.toLowerCase().includes(needle)),
  );
  return (
    <section class="page">
      <div class="page-head">
        <h1>Services</h1>
        <div class="page-filters">
          <input
            type="search"
            placeholder="Search services"
            aria-label="Search services"
            value={search}
            onInput={(event) => setParameters({ q: event.currentTarget.value }, true)}
          />
        </div>
      </div>
      {services.data === undefined ? (
        services.error ? (
          <PanelError error={services.error} onRetry={services.retry} />
        ) : (
          <PanelLoading />
        )
      ) : all.length === 0 ? (
        <FirstRunLater />
      ) : shown.length === 0 ? (
        <PanelEmpty>No service matches “{search}”.</PanelEmpty>
      ) : (
        <ServiceTable
          services={shown}
          overview={overview}
          nodes={nodes.data}
          sorting={sorting}
          onSort={({ key, descending }) => setParameters({ sort: `${descending ? "-" : ""}${key}` }, true)}
          nowMs={range.pausedAtMs ?? Date.now()}
        />
      )}
      {services.error && services.data && <p class="panel-warning">Not refreshed: {services.error.message}</p>}
      {overviewError && services.data && <p class="panel-warning">Some numbers are missing: {overviewError.message}</p>}
    </section>
  );
}

/** `-cpu` is by CPU, largest first; anything unknown is by name. */
function readSorting(text: string | null): Sorting<ServiceColumn> {
  const key = SERVICE_COLUMNS.find((column) => column === text?.replace(/^-/, ""));
  return key === undefined ? { key: "name", descending: false } : { key, descending: text?.startsWith("-") ?? false };
}
