import type { QueryResponse } from "@tidegauge/protocol/query";
import type { Marker } from "../charts/frame.js";
import { labelOf } from "../panels/labels.js";

/** A total that falls below this part of itself began anew. Less could be one of several processes that reported late. */
const RESTART_FALL = 1 / 3;

/** A version that begins to report within the range, from counts grouped by version and node. */
export function versionMarkers(answer: QueryResponse): Marker[] {
  const starts = answer.series
    .map(({ labels, points }) => ({
      version: labelOf(labels, "service.version"),
      timeMs: points.find(([, value]) => value !== null && value > 0)?.[0],
    }))
    .filter(
      (start): start is { version: string; timeMs: number } => start.timeMs !== undefined && start.version !== "",
    );
  starts.sort((a, b) => a.timeMs - b.timeMs);
  // What was there from the start of the range, or first of all, is no change.
  const seen = new Set<string>(starts[0] ? [starts[0].version] : []);
  const markers: Marker[] = [];
  for (const { version, timeMs } of starts) {
    if (seen.has(version)) continue;
    seen.add(version);
    markers.push({ timeMs, kind: "version", text: `Version ${version} began to report` });
  }
  return markers;
}

/** Where the totals of a node fell back, from the last values of a counter that only grows, grouped by node. */
export function restartMarkers(answer: QueryResponse): Marker[] {
  const markers: Marker[] = [];
  for (const { labels, points } of answer.series) {
    let before: number | null = null;
    for (const [timeMs, value] of points) {
      if (value === null) continue;
      if (before !== null && value < before * RESTART_FALL) {
        markers.push({
          timeMs,
          kind: "restart",
          text: `${labelOf(labels, "service.node.name") || "A process"} restarted`,
        });
      }
      before = value;
    }
  }
  return markers.sort((a, b) => a.timeMs - b.timeMs);
}
