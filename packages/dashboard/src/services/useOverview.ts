import type { QueryResponse, ServiceSummary } from "@tidegauge/protocol/query";
import { useMemo } from "preact/hooks";
import type { ApiError } from "../api/client.js";
import type { Query } from "../api/query.js";
import { useResource } from "../api/useResource.js";
import { joinOverview, loadOverview, type OverviewQuery, type ServiceOverview } from "./overview.js";

/** The numbers of all services. Each column appears as soon as its own query is answered. */
export function useOverview(
  times: Pick<Query, "from" | "to">,
  tick: number,
  services: readonly ServiceSummary[],
): { overview: ReadonlyMap<string, ServiceOverview>; error: ApiError | undefined } {
  const cpu = useColumn("cpu", times, tick);
  const memory = useColumn("memory", times, tick);
  const counts = useColumn("counts", times, tick);
  const p95 = useColumn("p95", times, tick);
  const p95Steps = useColumn("p95Steps", times, tick);
  // Not numbers of the moment: every third refresh is enough.
  const heap = useColumn("heap", times, Math.floor(tick / 3));
  const overflow = useColumn("overflow", times, Math.floor(tick / 3));
  const overview = useMemo(
    () =>
      joinOverview(
        {
          counts: counts.data,
          p95: p95.data,
          p95Steps: p95Steps.data,
          cpu: cpu.data,
          memory: memory.data,
          heap: heap.data,
          overflow: overflow.data,
        },
        new Map(services.map(({ name, firstSeen }) => [name, firstSeen === null ? 0 : Date.parse(firstSeen)])),
      ),
    [counts.data, p95.data, p95Steps.data, cpu.data, memory.data, heap.data, overflow.data, services],
  );
  return { overview, error: [cpu, memory, counts, p95, p95Steps, heap, overflow].find(({ error }) => error)?.error };
}

function useColumn(name: OverviewQuery, times: Pick<Query, "from" | "to">, tick: number) {
  return useResource<QueryResponse | null>(JSON.stringify([name, times]), tick, (signal) =>
    loadOverview(name, times, signal),
  );
}
