import type { MetricSummary, ProcessesResponse } from "@tidegauge/protocol/query";
import { getJson } from "../api/client.js";
import { runQuery } from "../api/query.js";
import { useResource } from "../api/useResource.js";
import type { Marker } from "../charts/frame.js";
import type { Scope } from "../panels/load.js";
import { processMarkers, totalMarkers } from "./detect.js";

const NONE: readonly Marker[] = [];

/**
 * Restarts and version changes of a service. Who sent a sample says which process it came from, so every agent is seen to restart that names its
 * process anew; one that keeps its name is seen where a total falls back.
 */
export function useMarkers(scope: Scope, metrics: readonly MetricSummary[], tick: number): readonly Marker[] {
  const total = metrics.find(({ kind, inferred }) => kind === "cumulative" && !inferred)?.name;
  const { data } = useResource(JSON.stringify(["markers", scope, total]), tick, async (signal) => {
    const [processes, totals] = await Promise.all([
      getJson<ProcessesResponse>("api/v1/processes", { ...scope }, signal),
      total === undefined
        ? undefined
        : runQuery({ ...scope, metric: total, aggregation: "last", groupBy: ["service.node.name"] }, signal),
    ]);
    const markers = [...processMarkers(processes), ...(totals ? totalMarkers(totals, processes) : [])];
    return markers.sort((a, b) => a.timeMs - b.timeMs);
  });
  return data ?? NONE;
}
