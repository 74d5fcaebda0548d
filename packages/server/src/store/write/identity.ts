import type { Metadata, Metricset, WireLabelValue } from "@tidegauge/protocol";
import { hostOf } from "../../output/host.js";
import { labelKey } from "../../output/label-key.js";

/** Who sent a metricset: everything of a series' identity except metric and labels (D-SRV-11). */
export interface Sender {
  readonly service: string;
  readonly version: string | null;
  readonly environment: string | null;
  /** Configured name, else container id, else host name. */
  readonly node: string | null;
  readonly host: string | null;
  /** The process: `service.agent.ephemeral_id`, else host, container and pid. Increases are computed per process. */
  readonly process: string;
  readonly agentName: string;
  readonly agentVersion: string;
}

/** The sender of a request's metadata line (server-intake.md §8.6, SRV-50). */
export function senderOf(metadata: Metadata): Sender {
  const { service, system } = metadata;
  const container = system?.container?.id ?? null;
  const host = hostOf(system).name ?? null;
  const ephemeral = service.agent.ephemeral_id;
  return {
    service: service.name,
    version: service.version ?? null,
    environment: service.environment ?? null,
    node: service.node?.configured_name || container || host,
    host,
    process: ephemeral ? `e:${ephemeral}` : `p:${JSON.stringify([host, container, metadata.process?.pid ?? null])}`,
    agentName: service.agent.name,
    agentVersion: service.agent.version,
  };
}

/** The sender of one metricset: its `service` replaces name and version (SRV-46). */
export function overriddenSender(sender: Sender, service: NonNullable<Metricset["service"]>): Sender {
  if (!service.name) return service.version ? { ...sender, version: service.version } : sender;
  return { ...sender, service: service.name, version: service.version ?? null };
}

/**
 * The label set as stored: a JSON object with sorted keys and text values, the metricset's labels laid over the metadata's (SRV-44). Numbers and
 * booleans take their JSON form.
 */
export function labelText(
  global: Record<string, WireLabelValue> | undefined,
  own: Record<string, WireLabelValue> | undefined,
): string {
  const merged = new Map<string, string>();
  for (const labels of [global, own]) {
    if (labels === undefined || labels === null) continue;
    for (const [key, value] of Object.entries(labels)) {
      if (value !== null && value !== undefined) merged.set(labelKey(key), String(value));
    }
  }
  const keys = [...merged.keys()].sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(merged.get(key))}`).join(",")}}`;
}
