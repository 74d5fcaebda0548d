import { formatAge } from "../format/time.js";
import { TableScroll } from "../table/TableScroll.js";
import type { AgentProcess } from "./api.js";

const APPLIED = {
  yes: { text: "applied", className: "text-good" },
  no: { text: "not yet", className: "text-warn" },
  unknown: { text: "never asked", className: "muted" },
} as const;

/** Who runs which configuration. */
export function ProcessTable({ processes, nowMs }: { processes: readonly AgentProcess[]; nowMs: number }) {
  const age = (time: string | null) => (time === null ? "–" : formatAge(Date.parse(time), nowMs));
  return (
    <TableScroll label="Table of processes" testId="agents">
      <table>
        <thead>
          <tr>
            {["Service", "Node", "Process", "Agent", "Last report", "Last asked", "Configuration"].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {processes.map((process) => {
            const state = process.upToDate === null ? "unknown" : process.upToDate ? "yes" : "no";
            return (
              <tr key={`${process.service} ${process.ephemeralId ?? process.address} ${process.pid}`}>
                <th scope="row" title={process.service}>
                  {process.service}
                  {process.environment !== null && <span class="tag">{process.environment}</span>}
                </th>
                <td title={process.node ?? undefined}>{process.node ?? "–"}</td>
                <td>{process.pid ?? "–"}</td>
                <td>{process.agent === null ? "–" : `${process.agent.name} ${process.agent.version}`}</td>
                <td>{age(process.lastReport)}</td>
                <td>{age(process.lastPoll)}</td>
                <td class={APPLIED[state].className} data-applied={state}>
                  {APPLIED[state].text}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </TableScroll>
  );
}
