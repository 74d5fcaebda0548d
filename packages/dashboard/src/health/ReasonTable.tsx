import { formatValue } from "../format/unit.js";
import type { Sample } from "./exposition.js";

/** What the server's own words for reasons mean to a reader. Unknown ones are shown as they are. */
const MEANINGS: Record<string, string> = {
  credentials: "wrong or missing token",
  unauthorized: "wrong or missing token",
  remote: "from another machine, without a token set",
  host: "for a host name that is not this server's",
  origin: "from a page of another site",
  rum: "from a browser agent",
  load: "more at once than the server takes",
  connections: "more connections than allowed",
  protocol: "not HTTP, or cut off",
  breakdownWithoutSelfTime: "breakdown metricset without its self time",
  notANumber: "sample that is no finite number",
  histogramLengths: "histogram whose values and counts differ in number",
  decode: "not readable as JSON or not the protocol's form",
  validation: "against the rules of the protocol",
  too_large: "longer than the server allows",
  unknown_type: "an event type nobody knows",
};

/** Counts by reason, the largest first; says so when there are none. */
export function ReasonTable({ title, samples, label }: { title: string; samples: readonly Sample[]; label: string }) {
  const rows = samples.filter(({ value }) => value > 0).sort((a, b) => b.value - a.value);
  return (
    <article class="panel">
      <header class="panel-header">
        <h3 class="panel-title">{title}</h3>
      </header>
      {rows.length === 0 ? (
        <p class="muted">None since the server started.</p>
      ) : (
        <table>
          <tbody>
            {rows.map(({ labels, value }) => (
              <tr key={labels[label]}>
                <th scope="row">
                  {labels[label]} <span class="muted">{MEANINGS[labels[label] ?? ""] ?? ""}</span>
                </th>
                <td>{formatValue(value, null)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </article>
  );
}
