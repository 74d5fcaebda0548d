import type { ProcessesResponse } from "@tidegauge/protocol/query";
import { getJson } from "../api/client.js";

/** Nodes by service. */
export type Nodes = ReadonlyMap<string, readonly string[]>;

/** Of whom and when. */
export interface NodesScope {
  /** Every service unless given. */
  service?: string;
  from: string;
  to: string;
}

/** Asks who reported in a range; see {@link nodesByService}. Errors: `ApiError`. */
export async function loadNodes(scope: NodesScope, signal?: AbortSignal): Promise<Nodes | undefined> {
  return nodesByService(await getJson<ProcessesResponse>("api/v1/processes", { ...scope }, signal));
}

/**
 * The named nodes of each service that reported in the range, sorted; undefined where the answer does not list every process. With containers each
 * deployment brings new nodes, and a service keeps all it ever had until the retention is over.
 */
export function nodesByService({ total, processes }: ProcessesResponse): Nodes | undefined {
  if (total > processes.length) return undefined;
  const nodes = new Map<string, Set<string>>();
  for (const { service, node } of processes) {
    const own = nodes.get(service) ?? new Set();
    nodes.set(service, node === null ? own : own.add(node));
  }
  const byName = (a: string, b: string): number => a.localeCompare(b, undefined, { numeric: true });
  return new Map([...nodes].map(([service, own]) => [service, [...own].sort(byName)]));
}
