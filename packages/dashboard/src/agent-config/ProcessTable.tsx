import { useState } from "preact/hooks";
import { formatAge } from "../format/time.js";
import { SortedTable } from "../table/SortedTable.js";
import type { Column } from "../table/sorting.js";
import type { AgentProcess } from "./api.js";
import { isSilent } from "./silence.js";

type Key = "name" | "node" | "pid" | "agent" | "report" | "poll" | "state";

const COLUMNS: readonly Column<Key>[] = [
  { key: "name", name: "Service", title: "Sort by service" },
  { key: "node", name: "Node", title: "Sort by node" },
  { key: "pid", name: "Process", title: "Sort by process" },
  { key: "agent", name: "Agent", title: "Sort by agent" },
  { key: "report", name: "Last report", title: "Sort by last report" },
  { key: "poll", name: "Last asked", title: "Sort by when it asked last" },
  { key: "state", name: "Configuration", title: "Sort by whether it is applied" },
];

/** Rows drawn until all are asked for. */
const FIRST_ROWS = { count: 100, noun: "processes" };

const APPLIED = {
  yes: { text: "applied", className: "text-good" },
  no: { text: "not yet", className: "text-warn" },
  unknown: { text: "never asked", className: "muted" },
  silent: { text: "silent", className: "muted" },
} as const;

/** Who runs which configuration; the silent ones, most of which have ended, only when asked for. */
export function ProcessTable({ processes, nowMs }: { processes: readonly AgentProcess[]; nowMs: number }) {
  const [silentToo, setSilentToo] = useState(false);
  const living = processes.filter((process) => !isSilent(process, nowMs));
  const rows = silentToo || living.length === 0 ? processes : living;
  const hidden = processes.length - rows.length;
  const age = (time: string | null) => (time === null ? "–" : formatAge(Date.parse(time), nowMs));
  const stateOf = (process: AgentProcess) => {
    if (isSilent(process, nowMs)) return "silent";
    return process.upToDate === null ? "unknown" : process.upToDate ? "yes" : "no";
  };
  return (
    <>
      <SortedTable
        label="Table of processes"
        testId="agents"
        columns={COLUMNS}
        rows={rows}
        first={{ key: "name", descending: false }}
        firstRows={FIRST_ROWS}
        value={(process, key) => (key === "state" ? APPLIED[stateOf(process)].text : cell(process, key))}
      >
        {(process) => (
          <tr key={`${process.service} ${process.ephemeralId ?? process.address} ${process.pid}`}>
            <th scope="row" title={process.service}>
              {process.service}
              {process.environment !== null && <span class="tag">{process.environment}</span>}
            </th>
            <td title={process.node ?? undefined}>{process.node ?? "–"}</td>
            <td>{process.pid ?? "–"}</td>
            <td>{cell(process, "agent") ?? "–"}</td>
            <td>{age(process.lastReport)}</td>
            <td>{age(process.lastPoll)}</td>
            <td class={APPLIED[stateOf(process)].className} data-applied={stateOf(process)}>
              {APPLIED[stateOf(process)].text}
            </td>
          </tr>
        )}
      </SortedTable>
      {hidden > 0 && (
        <button type="button" class="link-button silent-processes" onClick={() => setSilentToo(true)}>
          Show {hidden} silent for more than five minutes
        </button>
      )}
    </>
  );
}

function cell(process: AgentProcess, key: Exclude<Key, "state">): string | number | null {
  if (key === "name") return process.service;
  if (key === "agent") return process.agent && `${process.agent.name} ${process.agent.version}`;
  if (key === "node" || key === "pid") return process[key];
  const time = key === "report" ? process.lastReport : process.lastPoll;
  return time === null ? null : Date.parse(time);
}
