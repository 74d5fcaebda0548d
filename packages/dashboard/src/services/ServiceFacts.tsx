import type { ServiceSummary } from "@tidegauge/protocol/query";
import { formatAge } from "../format/time.js";
import { ClockFlag } from "./ClockFlag.js";
import { StatusBadge } from "./StatusBadge.js";

export interface ServiceFactsProps {
  service: ServiceSummary;
  /** Names of those that count. */
  nodes: readonly string[];
  nowMs: number;
}

/** Who reports as this service, beside its name: environments, agent, number of nodes; and since when nobody does. */
export function ServiceFacts({ service, nodes, nowMs }: ServiceFactsProps) {
  const { environments, agent, status, lastSeen } = service;
  return (
    <span class="service-facts" data-testid="service-facts">
      {environments.map((environment) => (
        <span key={environment} class="tag">
          {environment}
        </span>
      ))}
      <span class="muted">
        {agent && `${agent.name} ${agent.version}`}
        {agent && nodes.length > 0 && " · "}
        {nodes.length > 0 && (
          <span title={nodes.join(", ")}>{nodes.length === 1 ? `1 node, ${nodes[0]}` : `${nodes.length} nodes`}</span>
        )}
      </span>
      {status !== "reporting" && (
        <>
          <StatusBadge status={status} />
          {lastSeen !== null && <span class="muted">{formatAge(Date.parse(lastSeen), nowMs)}</span>}
        </>
      )}
      <ClockFlag offsetMs={service.clockOffsetMs} />
    </span>
  );
}
