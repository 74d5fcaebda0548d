import type { MetricSummary } from "@tidegauge/protocol/query";
import { runQuery } from "../api/query.js";
import { useResource } from "../api/useResource.js";
import type { Marker } from "../charts/frame.js";
import type { Scope } from "../panels/load.js";
import { restartMarkers, versionMarkers } from "./detect.js";

const NONE: readonly Marker[] = [];

/** The metric every agent sends in every report. */
const HEARTBEAT = "system.process.memory.rss.bytes";

/**
 * Restarts and version changes of a service. Versions come with every series; a restart is seen where a total falls
 * back, so it needs a metric that counts from the start of the process.
 */
export function useMarkers(scope: Scope, metrics: readonly MetricSummary[], tick: number): readonly Marker[] {
  const has = metrics.some(({ name }) => name === HEARTBEAT);
  const total = metrics.find(({ kind, inferred }) => kind === "cumulative" && !inferred)?.name;
  const key = has || total !== undefined ? JSON.stringify(["markers", scope, has, total]) : undefined;
  const { data } = useResource(key, tick, async (signal) => {
    const [versions, totals] = await Promise.all([
      has
        ? runQuery({ ...scope, metric: HEARTBEAT, aggregation: "count", groupBy: ["service.version"] }, signal)
        : undefined,
      total === undefined
        ? undefined
        : runQuery({ ...scope, metric: total, aggregation: "last", groupBy: ["service.node.name"] }, signal),
    ]);
    return [...(versions ? versionMarkers(versions) : []), ...(totals ? restartMarkers(totals) : [])];
  });
  return data ?? NONE;
}
