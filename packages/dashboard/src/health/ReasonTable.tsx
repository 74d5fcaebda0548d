import { formatValue } from "../format/unit.js";
import type { Sample } from "./exposition.js";
import { meaningOf } from "./reasons.js";

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
                  {labels[label]} <span class="muted">{meaningOf(labels[label] ?? "")}</span>
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
