import type { ProcessesResponse, ProcessSummary, QueryResponse } from "@tidegauge/protocol/query";
import type { Marker } from "../charts/frame.js";
import { labelOf } from "../panels/labels.js";

/** Workers of one node that begin within this time are one restart. */
const TOGETHER_MS = 30_000;
/** A total that falls below this part of itself began anew. Less could be a rounding or a late report. */
const RESTART_FALL = 1 / 3;

/** Where processes came in place of others, and where a version began to report, as the server knows it from who sent what. */
export function processMarkers({ from, processes }: ProcessesResponse): Marker[] {
  return [...restarts(processes, from), ...versions(processes)].sort((a, b) => a.timeMs - b.timeMs);
}

function restarts(processes: readonly ProcessSummary[], fromMs: number): Marker[] {
  const groups: { node: string; timeMs: number; count: number }[] = [];
  for (const { node, firstSeen, replaces } of processes) {
    const timeMs = Date.parse(firstSeen);
    if (replaces === null || timeMs < fromMs) continue;
    const name = node ?? "";
    const open = groups.findLast((group) => group.node === name);
    if (open && timeMs - open.timeMs <= TOGETHER_MS) open.count += 1;
    else groups.push({ node: name, timeMs, count: 1 });
  }
  return groups.map(({ node, timeMs, count }) => ({
    timeMs,
    kind: "restart",
    text: `${node || "A process"} restarted${count > 1 ? `, ${count} processes` : ""}`,
  }));
}

function versions(processes: readonly ProcessSummary[]): Marker[] {
  // What was there from the start of the range, or first of all, is no change.
  const seen = new Set<string | null>(processes[0] ? [processes[0].version] : []);
  const markers: Marker[] = [];
  for (const { version, firstSeen } of processes) {
    if (seen.has(version)) continue;
    seen.add(version);
    if (version === null || version === "") continue;
    markers.push({ timeMs: Date.parse(firstSeen), kind: "version", text: `Version ${version} began to report` });
  }
  return markers;
}

/**
 * Where the totals of a node fell back, from the last values of a counter that only grows, grouped by node. Only for nodes with one process in the
 * range: in a container it may be process 1 again and again, and of several one may just have ended.
 */
export function totalMarkers(answer: QueryResponse, { processes }: ProcessesResponse): Marker[] {
  const markers: Marker[] = [];
  for (const { labels, points } of answer.series) {
    const node = labelOf(labels, "service.node.name");
    if (processes.filter((process) => (process.node ?? "") === node).length > 1) continue;
    let before: number | null = null;
    for (const [timeMs, value] of points) {
      if (value === null) continue;
      if (before !== null && value < before * RESTART_FALL) {
        markers.push({ timeMs, kind: "restart", text: `${node || "A process"} restarted` });
      }
      before = value;
    }
  }
  return markers;
}
