import { request } from "../api/client.js";
import { useResource } from "../api/useResource.js";
import { CardinalityTable } from "../health/CardinalityTable.js";
import { parseExposition, type Sample } from "../health/exposition.js";
import { healthPanels } from "../health/panels.js";
import { ServerHealth } from "../health/ServerHealth.js";
import { useSeconds } from "../live/useSeconds.js";
import { useTick } from "../live/useTick.js";
import { MetricPanel } from "../panels/MetricPanel.js";
import { PanelError, PanelLoading } from "../panels/Panel.js";
import { loadServices } from "../time/dataAge.js";
import { useRange } from "../time/useRange.js";

async function loadHealth(signal: AbortSignal): Promise<Sample[]> {
  return parseExposition(await (await request("metrics", { signal })).text());
}

/** How the server itself and the agents' deliveries are: what was accepted, refused, dropped, overflowed, and why. */
export function HealthPage() {
  const range = useRange();
  const tick = useTick(range);
  const seconds = useSeconds(5);
  useResource("services", 0, loadServices); // for the range to start with
  const health = useResource("health", seconds, loadHealth);
  return (
    <section class="page">
      <div class="page-head">
        <h1>Health</h1>
      </div>
      {health.data ? (
        <ServerHealth samples={health.data} />
      ) : health.error ? (
        <PanelError error={health.error} onRetry={health.retry} />
      ) : (
        <PanelLoading />
      )}
      <section class="section" aria-labelledby="section-series">
        <h2 id="section-series">Metrics with the most series</h2>
        <CardinalityTable tick={Math.floor(seconds / 6)} />
      </section>
      <section class="section" aria-labelledby="section-deliveries">
        <h2 id="section-deliveries">What the agents say about their deliveries</h2>
        <div class="grid">
          {healthPanels().map((spec) => (
            <MetricPanel key={spec.id} spec={spec} scope={{}} range={range} tick={tick} />
          ))}
        </div>
      </section>
    </section>
  );
}
