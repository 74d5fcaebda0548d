import { formatSpan } from "../format/time.js";
import { formatValue } from "../format/unit.js";
import { TableScroll } from "../table/TableScroll.js";
import { quantile, type Sample, total } from "./exposition.js";
import { QueueStats } from "./QueueStats.js";
import { ReasonTable } from "./ReasonTable.js";
import { Stat } from "./Stat.js";
import { StoreStats } from "./StoreStats.js";

/** What the server counts about itself (`GET /metrics`). */
export function ServerHealth({ samples }: { samples: readonly Sample[] }) {
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
        <StoreStats samples={samples} />
        <QueueStats samples={samples} />
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
