import { request } from "../api/client.js";
import { useResource } from "../api/useResource.js";
import { formatSpan } from "../format/time.js";
import { formatValue } from "../format/unit.js";
import { CardinalityTable } from "../health/CardinalityTable.js";
import { parseExposition, quantile, type Sample, total } from "../health/exposition.js";
import { healthPanels } from "../health/panels.js";
import { ReasonTable } from "../health/ReasonTable.js";
import { Stat } from "../health/Stat.js";
import { useSeconds } from "../live/useSeconds.js";
import { useTick } from "../live/useTick.js";
import { MetricPanel } from "../panels/MetricPanel.js";
import { PanelError, PanelLoading } from "../panels/Panel.js";
import { TableScroll } from "../table/TableScroll.js";
import { useRange } from "../time/useRange.js";

async function loadHealth(signal: AbortSignal): Promise<Sample[]> {
  return parseExposition(await (await request("metrics", { signal })).text());
}

/** How the server itself and the agents' deliveries are: what was accepted, refused, dropped, overflowed, and why. */
export function HealthPage() {
  const range = useRange();
  const tick = useTick(range);
  const seconds = useSeconds(5);
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

function ServerHealth({ samples }: { samples: readonly Sample[] }) {
  const one = (name: string) => total(samples, name);
  const named = (name: string) => samples.filter((sample) => sample.name === name);
  const ready = one("tidegauge_ready") === 1;
  const started = one("process_start_time_seconds");
  const version = named("tidegauge_build_info")[0]?.labels.version ?? "–";
  const queue = one("tidegauge_queue_metricsets");
  return (
    <>
      <dl class="stats">
        <Stat name="Store" value={ready ? "ready" : "cannot write"} state={ready ? "good" : "bad"} />
        <Stat name="Version" value={version} />
        <Stat name="Running for" value={started === undefined ? "–" : formatSpan(Date.now() - started * 1000)} />
        <Stat name="Events accepted" value={formatValue(one("tidegauge_intake_events_total") ?? 0, null)} />
        <Stat name="Received" value={formatValue(one("tidegauge_intake_received_bytes_total"), "byte")} />
        <Stat name="Waiting to be written" value={formatValue(queue, null)} />
        <Stat name="Write time, p95" value={formatValue(quantile(samples, "tidegauge_commit_seconds", 0.95), "s")} />
        <Stat name="Memory" value={formatValue(one("process_resident_memory_bytes"), "byte")} />
      </dl>
      <h2>What the server did with what it received</h2>
      <div class="grid">
        <ReasonTable title="Events not accepted" samples={named("tidegauge_intake_event_errors_total")} label="kind" />
        <ReasonTable title="Turned away" samples={named("tidegauge_refused_total")} label="reason" />
        <ReasonTable title="Requests by status" samples={named("tidegauge_intake_requests_total")} label="status" />
      </div>
      <details class="all-metrics">
        <summary>Everything the server counts</summary>
        <TableScroll label="Everything the server counts">
          <table>
            <tbody>
              {samples
                .filter(({ name }) => !name.endsWith("_bucket"))
                .map(({ name, labels, value }) => (
                  <tr key={name + JSON.stringify(labels)}>
                    <th scope="row">
                      <code>
                        {name}
                        {Object.entries(labels).map(([key, text]) => ` ${key}=${text}`)}
                      </code>
                    </th>
                    <td>{value}</td>
                  </tr>
                ))}
            </tbody>
          </table>
        </TableScroll>
      </details>
    </>
  );
}
