import type { ProcessesResponse } from "@tidegauge/protocol/query";

/**
 * The nodes of each service that reported in the range; undefined where the answer does not list every process. With containers each deployment brings
 * new nodes, and a service keeps all it ever had until the retention is over.
 */
export function nodesByService({
  total,
  processes,
}: ProcessesResponse): ReadonlyMap<string, readonly string[]> | undefined {
  if (total > processes.length) return undefined;
  const nodes = new Map<string, Set<string>>();
  for (const { service, node } of processes) {
    const own = nodes.get(service) ?? new Set();
    nodes.set(service, own.add(node ?? ""));
  }
  return new Map([...nodes].map(([service, own]) => [service, [...own]]));
}
