import "../health/health.css";
import { useEffect, useState } from "preact/hooks";
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

/** The server tells the size of its store as it was when it was last asked: soon after the first answer, 1 instead of 0. */
function useSecondLook(): number {
  const [looks, setLooks] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => setLooks(1), 1000);
    return () => clearTimeout(timer);
  }, []);
  return looks;
}

/** How the server itself and the agents' deliveries are: what was accepted, refused, dropped, overflowed, and why. */
export function HealthPage() {
  const range = useRange();
  const tick = useTick(range);
  const seconds = useSeconds(5);
  useResource("services", 0, loadServices); // for the range to start with
  const health = useResource("health", seconds + useSecondLook(), loadHealth);
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
