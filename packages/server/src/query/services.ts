import type { ServiceSummary } from "@tidegauge/protocol/query";
import type { StoredService } from "../store/messages.js";

/** A service that reported nothing for longer than this is silent. */
const SILENCE_MS: number = 5 * 60_000;

/** An agent that polled its configuration: it names its service before the first report arrives. */
export interface Sighting {
  readonly service: string;
  readonly environment?: string;
  readonly agentName?: string;
  readonly agentVersion?: string;
  readonly seenAtMs: number;
}

/** The services that reported, and those that only polled so far: they wait for their first report. */
export function summarizeServices(
  stored: readonly StoredService[],
  sightings: Iterable<Sighting>,
  nowMs: number,
): ServiceSummary[] {
  const services = new Map<string, ServiceSummary>();
  for (const service of stored) {
    services.set(service.name, {
      name: service.name,
      environments: service.environments,
      agent: service.agentName === null ? null : { name: service.agentName, version: service.agentVersion ?? "" },
      nodes: service.nodes,
      firstSeen: new Date(service.firstMs).toISOString(),
      lastSeen: new Date(service.lastMs).toISOString(),
      status: nowMs - service.lastMs > SILENCE_MS ? "silent" : "reporting",
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
