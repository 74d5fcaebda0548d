import type { ServiceSummary } from "@tidegauge/protocol/query";
import type { Sighting } from "../sighting.js";
import type { StoredService } from "../store/messages.js";
import type { Arrivals } from "../store/write/arrivals.js";

/** A clock that is off by more is told of. */
const CLOCK_TOLERANCE_MS = 60_000;
/** A service that reported nothing for longer than this is silent. */
const SILENCE_MS: number = 5 * 60_000;

/**
 * The services that reported, and those that only polled so far: they wait for their first report. Whether one still reports goes by this server's clock;
 * the times of its events are all there is of one that has not reported since the start.
 */
export function summarizeServices(
  stored: readonly StoredService[],
  sightings: Iterable<Sighting>,
  arrivals: Pick<Arrivals, "of">,
  nowMs: number,
): ServiceSummary[] {
  const services = new Map<string, ServiceSummary>();
  for (const service of stored) {
    const arrival = arrivals.of(service.name);
    const lastMs = arrival?.receivedMs ?? Math.min(service.lastMs, nowMs);
    const offsetMs = Math.round(arrival?.offsetMs ?? 0);
    services.set(service.name, {
      name: service.name,
      environments: service.environments,
      agent: service.agentName === null ? null : { name: service.agentName, version: service.agentVersion ?? "" },
      nodes: service.nodes,
      firstSeen: new Date(Math.min(service.firstMs, lastMs)).toISOString(),
      lastSeen: new Date(lastMs).toISOString(),
      status: nowMs - lastMs > SILENCE_MS ? "silent" : "reporting",
      ...(Math.abs(offsetMs) > CLOCK_TOLERANCE_MS ? { clockOffsetMs: offsetMs } : {}),
    });
  }
  for (const { service: name, environment, agentName, agentVersion } of sightings) {
    const known = services.get(name);
    if (known !== undefined && known.status !== "waiting") continue;
    const environments = new Set(known?.environments);
    if (environment !== undefined && environment !== "") environments.add(environment);
    services.set(name, {
      name,
      environments: [...environments].sort(),
      agent: agentName === undefined ? (known?.agent ?? null) : { name: agentName, version: agentVersion ?? "" },
      nodes: [],
      firstSeen: null,
      lastSeen: null,
      status: "waiting",
    });
  }
  return [...services.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
